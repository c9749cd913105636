import Checksums
import Foundation
import Snapshots
import Testing

/// Nothing but the file that was written is read: each other one is refused, with its name and what is wrong.
@Suite struct DamageTests {
    let folder: TemporaryFolder
    let store: SnapshotStore
    let reference: SnapshotReference
    let good: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        store = try SnapshotStore(folder: folder.path)
        try store.write(topic: "timeline", partition: 3, offset: 120, payload: Self.payload)
        reference = try store.newest("timeline", 3)
        good = try folder.bytes(reference.path)
    }

    @Test func `every flipped bit is found`() throws {
        for index in good.indices {
            for bit in 0..<8 {
                var bytes = good
                bytes[index] ^= 1 << UInt8(bit)
                let error = try refusal(of: bytes)
                #expect(error?.kind == .content, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func `every shorter file is found`() throws {
        for count in good.indices {
            let error = try refusal(of: Array(good[..<count]))
            #expect(error?.kind == .content, "\(count) bytes")
        }
    }

    @Test(arguments: [1, 8, 4096])
    func `a longer file is found`(more: Int) throws {
        #expect(
            try refusal(of: good + [UInt8](repeating: 0, count: more))?.description.contains("the body should have")
                == true)
    }

    /// where, the 8 bytes put there (header checksum made anew), what the error says
    @Test(
        arguments: [
            (0, 0x5050_5050_5050_5050, "not a snapshot"),
            (8, 0x0000_0008_0000_0003, "format version 3"),
            (12, 0x0000_0003_0000_0000, "a topic name of 0 bytes"),
            (12, 0x0000_0003_0000_00C9, "a topic name of 201 bytes"),
            (16, 0x0000_0000_0000_0004, "partition 4"),
            (16, 0x0000_0000_FFFF_FFFF, "cannot be"),
            (16, 0x0000_0001_0000_0003, "reserved"),
            (24, 0x0000_0000_0000_0079, "offset 121"),
            (32, 0x0000_0000_0000_0001, "do not state the 1 bytes"),
            (32, 0x0000_0004_0000_0001, "above the limit"),
            (32, 0xFFFF_FFFF_FFFF_FFFF, "above the limit"),
            (40, 0x0000_0000_0000_0001, "the body should have 1 bytes"),
            (40, 0xFFFF_FFFF_FFFF_FFFF, "the body should have"),
            (48, 0x0000_0000_0000_0001, "the body is damaged"),
            (56, 0x6F6E_696C_656D_6974, "topic timelino"),
        ] as [(Int, UInt64, String)])
    func `a header that verifies and does not fit is refused`(at: Int, value: UInt64, says: String) throws {
        var bytes = good
        for index in 0..<8 { bytes[at + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
        let error = try refusal(of: sealed(bytes))
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "accepted")")
        #expect(error?.description.contains(reference.path) == true)
    }

    @Test func `zstd's own checksum is looked at`() throws {
        // The frame's last four bytes are its checksum of the payload.
        var bytes = good
        bytes[bytes.count - 1] ^= 1
        let error = try refusal(of: sealed(bytes))
        #expect(error?.description.contains("zstd could not unpack it") == true, "\(error?.description ?? "accepted")")
    }

    @Test func `a body that is no frame is refused`() throws {
        for count in 0...40 {
            var bytes = Array(good[..<Self.headerBytes]) + [UInt8](repeating: 0x5A, count: count)
            bytes[40] = UInt8(count)
            #expect(try refusal(of: sealed(bytes))?.kind == .content)
        }
    }

    @Test func `another partition's snapshot is not this one's`() throws {
        try store.write(topic: "timeline", partition: 4, offset: 120, payload: Self.payload)
        let foreign = try folder.bytes(store.newest("timeline", 4).path)
        let error = try refusal(of: foreign)
        #expect(error?.description.contains("partition 4") == true)
    }

    @Test func `a folder, a link and a gap are no snapshots`() throws {
        try FileManager.default.removeItem(atPath: reference.path)
        #expect(throws: SnapshotError.self) { try store.read(reference) }
        try FileManager.default.createDirectory(atPath: reference.path, withIntermediateDirectories: false)
        #expect(throws: SnapshotError.self) { try store.read(reference) }
        try FileManager.default.removeItem(atPath: reference.path)
        try folder.replace(folder.path + "/elsewhere", with: good)
        try FileManager.default.createSymbolicLink(
            atPath: reference.path, withDestinationPath: folder.path + "/elsewhere")
        let error = #expect(throws: SnapshotError.self) { try store.read(reference) }
        #expect(error?.kind == .read)
    }

    private static let payload = (0..<40).map { UInt8($0 % 5) }
    private static let headerBytes = 64 + "timeline".utf8.count

    private func refusal(of bytes: [UInt8]) throws -> SnapshotError? {
        try folder.replace(reference.path, with: bytes)
        return #expect(throws: SnapshotError.self) { try store.read(reference) }
    }

    /// The same bytes with the body's and the header's checksum right, as far as the fields under test let them.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let body = Array(bytes[Self.headerBytes...])
        if body != Array(good[Self.headerBytes...]) {
            bytes.put(unsafe xxh3(body.span.bytes), at: 48)
        }
        bytes.put(unsafe xxh3(bytes.span.bytes.extracting(0..<Self.headerBytes - 8)), at: Self.headerBytes - 8)
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func put(_ value: UInt64, at start: Int) {
        for index in 0..<8 { self[start + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
}
