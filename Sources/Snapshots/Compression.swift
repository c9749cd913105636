internal import CZstd

/// One zstd frame with content size and checksum. Level 1 packs state as small as level 3 in a third of the time.
func compressed(_ payload: [UInt8]) throws(Defect) -> [UInt8] {
    let context = unsafe ZSTD_createCCtx()
    defer { unsafe _ = ZSTD_freeCCtx(context) }
    unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
    unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    var result = 0
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(payload.count)) { target, count in
        result = unsafe payload.withUnsafeBytes { source in
            unsafe ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
        }
        count = ZSTD_isError(result) == 0 ? result : 0
    }
    guard ZSTD_isError(result) == 0 else { throw Defect("zstd could not pack it: \(zstdErrorText(result))") }
    return frame
}

/// The payload of a frame that must unpack to exactly `bytes` bytes, which are not allocated before the frame says so.
func decompressed(_ frame: [UInt8], bytes: Int) throws(Defect) -> [UInt8] {
    let stated = unsafe frame.withUnsafeBytes { unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
    guard stated == UInt64(bytes) else {
        throw Defect("the zstd frame does not state the \(bytes) bytes that the header states")
    }
    let packed = unsafe frame.withUnsafeBytes { unsafe ZSTD_findFrameCompressedSize($0.baseAddress, $0.count) }
    guard packed == frame.count else { throw Defect("the body is not one whole zstd frame") }
    var result = 0
    let payload = unsafe [UInt8](unsafeUninitializedCapacity: bytes) { target, count in
        result = unsafe frame.withUnsafeBytes { source in
            // The capacity may be more than what was asked for; the bound is what the header states.
            unsafe ZSTD_decompress(target.baseAddress, bytes, source.baseAddress, source.count)
        }
        count = ZSTD_isError(result) == 0 ? result : 0
    }
    guard ZSTD_isError(result) == 0 else { throw Defect("zstd could not unpack it: \(zstdErrorText(result))") }
    guard payload.count == bytes else { throw Defect("unpacks to \(payload.count) bytes instead of \(bytes)") }
    return payload
}

private func zstdErrorText(_ code: Int) -> String {
    unsafe String(cString: ZSTD_getErrorName(code))
}
