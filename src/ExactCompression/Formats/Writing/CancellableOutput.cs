namespace ExactCompression.Formats;

/// <summary>A stream for writing that checks for cancellation with each piece. It does not own the stream that it writes to.</summary>
/// <param name="inner">Where to.</param>
/// <param name="cancellation">When cancelled, writing throws.</param>
internal sealed class CancellableOutput(Stream inner, CancellationToken cancellation) : Stream
{
    /// <summary>Bytes that are written between two checks.</summary>
    private const int Piece = 1 << 22;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => inner.CanSeek;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    /// <summary>The token that stops what is written to a stream; none for any other stream.</summary>
    /// <param name="stream">The stream.</param>
    public static CancellationToken TokenOf(Stream stream) => stream is CancellableOutput output ? output.Token : default;

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        for (; buffer.Length > Piece; buffer = buffer[Piece..])
        {
            cancellation.ThrowIfCancellationRequested();
            inner.Write(buffer[..Piece]);
        }

        cancellation.ThrowIfCancellationRequested();
        inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    /// <inheritdoc/>
    public override void SetLength(long value) => inner.SetLength(value);

    private CancellationToken Token => cancellation;
}
