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

/// The payload of frames that must unpack to exactly `bytes` bytes, which are not allocated before the frames say so.
func decompressed(_ frames: [UInt8], bytes: Int) throws(Defect) -> [UInt8] {
    guard try statedBytes(frames) == UInt64(bytes) else {
        throw Defect("the zstd frames do not state the \(bytes) bytes that the header states")
    }
    var result = 0
    let payload = unsafe [UInt8](unsafeUninitializedCapacity: bytes) { target, count in
        result = unsafe frames.withUnsafeBytes { source in
            // The capacity may be more than what was asked for; the bound is what the header states.
            unsafe ZSTD_decompress(target.baseAddress, bytes, source.baseAddress, source.count)
        }
        count = ZSTD_isError(result) == 0 ? result : 0
    }
    guard ZSTD_isError(result) == 0 else { throw Defect("zstd could not unpack it: \(zstdErrorText(result))") }
    guard payload.count == bytes else { throw Defect("unpacks to \(payload.count) bytes instead of \(bytes)") }
    return payload
}

/// What the frames say that they unpack to, all together.
private func statedBytes(_ frames: [UInt8]) throws(Defect) -> UInt64 {
    var stated: UInt64 = 0
    var start = 0
    repeat {
        let (packed, content) = unsafe frames.withUnsafeBytes {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: $0[start...])
            return unsafe (
                ZSTD_findFrameCompressedSize(rest.baseAddress, rest.count),
                ZSTD_getFrameContentSize(rest.baseAddress, rest.count)
            )
        }
        guard ZSTD_isError(packed) == 0, content <= UInt64(SnapshotHeader.payloadBytesMax) else {
            throw Defect("the body is not whole zstd frames that state their size")
        }
        start += packed
        stated += content
    } while start < frames.count
    return stated
}

private func zstdErrorText(_ code: Int) -> String {
    unsafe String(cString: ZSTD_getErrorName(code))
}
