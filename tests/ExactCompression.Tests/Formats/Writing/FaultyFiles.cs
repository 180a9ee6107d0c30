using ExactCompression.Formats;

namespace ExactCompression.Tests.Formats.Writing;

/// <summary>A file system of which one operation fails, or all from that one on; writes that fail have written half.</summary>
/// <param name="failAt">The operation, from 1: opening, writing, reading, setting a length, flushing, moving, and, for a single fault,
/// deleting.</param>
/// <param name="stays">Whether all later ones fail too.</param>
/// <param name="fault">Makes the exception.</param>
internal sealed class FaultyFiles(int failAt, bool stays, Func<Exception> fault) : FileOperations
{
    private int count;

    /// <summary>Whether the fault came.</summary>
    public bool HasFailed => count >= failAt;

    public override Stream Open(string path, FileStreamOptions options)
    {
        Step();
        return new FaultyStream(base.Open(path, options), this);
    }

    public override void FlushToDisk(Stream stream)
    {
        Step();
        base.FlushToDisk(((FaultyStream)stream).Inner);
    }

    public override void Move(string from, string to, bool overwrite)
    {
        Step();
        base.Move(from, to, overwrite);
    }

    public override void Delete(string path)
    {
        if (!stays)
            Step();
        base.Delete(path);
    }

    private bool IsNext() => ++count == failAt || (stays && count > failAt);

    private void Step()
    {
        if (IsNext())
            throw fault();
    }

    private sealed class FaultyStream(Stream inner, FaultyFiles files) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (files.IsNext())
            {
                inner.Write(buffer[..(buffer.Length / 2)]);
                throw files.Fault();
            }

            inner.Write(buffer);
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            files.Step();
            return inner.Read(buffer);
        }

        public override void SetLength(long value)
        {
            files.Step();
            inner.SetLength(value);
        }

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private Exception Fault() => fault();
}

/// <summary>A file system that gives one byte at a time, as a pipe or a network may.</summary>
internal sealed class SlowFiles : FileOperations
{
    public override Stream Open(string path, FileStreamOptions options) => new SlowStream(base.Open(path, options));

    private sealed class SlowStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer) => inner.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
