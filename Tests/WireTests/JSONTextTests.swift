import Foundation
import Testing
import Wire

@Suite struct JSONTextTests {
    @Test func `commas come by themselves`() {
        var json = JSONText(bytes: Array("before}".utf8))
        json.beginObject()
        json.member("a", 1)
        json.key("b")
        json.beginArray()
        json.value(Int64.min)
        json.value(UInt64.max)
        json.beginObject()
        json.endObject()
        json.beginArray()
        json.endArray()
        json.null()
        json.value(true)
        json.endArray()
        json.member("c", "d")
        json.member("e", false)
        json.endObject()
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"before}{"a":1,"b":[-9223372036854775808,18446744073709551615,{},[],null,true],"c":"d","e":false}"#)
    }

    @Test func `any text survives`() throws {
        let text = String(String.UnicodeScalarView((0..<0x300).map { Unicode.Scalar($0)! })) + "王力 🏠 \u{2028}"
        var json = JSONText()
        json.beginArray()
        json.value(text)
        json.endArray()
        #expect(try JSONDecoder().decode([String].self, from: Data(json.bytes)) == [text])
    }
}
