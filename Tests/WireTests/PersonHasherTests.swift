import Events
import Testing
import Wire

@Suite struct PersonHasherTests {
    private let secret = [UInt8](0..<32)

    @Test func `a key is the keyed BLAKE2b of the reference`() {
        // Made with Python: hashlib.blake2b(b"person-1", digest_size=16, key=bytes(range(32))).hexdigest()
        let hasher = PersonHasher(secret: secret)
        #expect(
            hasher.key(of: Identifier("person-1")!)
                == PersonKey(high: 0x78E7_DB50_0473_0EBD, low: 0x235C_B1B5_571A_F4AD))
        #expect(hasher.fingerprint == 0x5746_57C0_0A7B_119B)
    }

    @Test func `another secret or another reference gives another key`() {
        let hasher = PersonHasher(secret: secret)
        let other = PersonHasher(secret: secret.reversed())
        let reference = Identifier("person-1")!
        #expect(hasher.key(of: reference) == PersonHasher(secret: secret).key(of: reference))
        #expect(hasher.key(of: reference) != other.key(of: reference))
        #expect(hasher.key(of: reference) != hasher.key(of: Identifier("person-2")!))
        #expect(hasher.fingerprint != other.fingerprint)
    }
}
