using CsvHelper;
using ExactCompression.Formats;

namespace ExactCompression.Experiments;

/// <summary>
/// The rows of a sweep as CSV, in a file that survives the process: each row is appended with one write and flushed to disk; an incomplete
/// row, left by a process that was killed while writing, is dropped by the next one. Several processes may append to one file: each row is
/// written under an exclusive lock, and none is written that another process has.
/// </summary>
public sealed class SweepCsv
{
    private const byte LineEnd = (byte)'\n';
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(10);
    private static readonly byte[] Header = Line([.. SweepColumns.Names]);

    private readonly Dictionary<string, SweepRow> rows = new(StringComparer.Ordinal);
    private readonly Action<string>? warning;
    private long known;

    private SweepCsv(string path, Action<string>? warning)
    {
        Path = path;
        this.warning = warning;
    }

    /// <summary>The columns, in order.</summary>
    public static IReadOnlyList<string> Columns => SweepColumns.Names;

    /// <summary>The columns that say what was done. A cell with the same values in them is the same cell.</summary>
    public static IReadOnlyList<string> KeyColumns => SweepColumns.KeyNames;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens a file to append to; creates it with its header if missing, and drops an incomplete row at its end.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="warning">Receives a message if something was dropped, and if another process keeps the file locked for long.</param>
    /// <param name="cancellation">Ends the wait for a file that another process has open.</param>
    /// <exception cref="InvalidFileException">The file was not written by a sweep, is not a regular file, or one of its rows cannot be
    /// read.</exception>
    public static SweepCsv Open(string path, Action<string>? warning, CancellationToken cancellation)
    {
        InputFile.RequireRegular(path);
        var csv = new SweepCsv(path, warning);
        return csv.Guarded(() =>
        {
            using Stream stream = csv.Lock(cancellation);
            csv.CatchUp(stream);
            return csv;
        });
    }

    /// <summary>
    /// The rows of a file, which is not changed; an incomplete row at its end is ignored. Of several rows of one cell, the last counts.
    /// </summary>
    /// <param name="path">Full path.</param>
    /// <exception cref="InvalidFileException">The file was not written by a sweep, is not a regular file, or one of its rows cannot be
    /// read.</exception>
    public static IReadOnlyList<SweepRow> Read(string path)
    {
        InputFile.RequireRegular(path);
        var csv = new SweepCsv(path, null);
        byte[] bytes;
        using (Stream stream = csv.Lock(FileMode.Open, FileAccess.Read, FileShare.ReadWrite, CancellationToken.None))
        {
            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }

        int end = Array.LastIndexOf(bytes, LineEnd) + 1;
        if (end > 0)
            csv.Take(bytes, csv.RequireHeader(bytes), end);
        return [.. csv.rows.Values];
    }

    /// <summary>The row of the same cell, or null.</summary>
    internal SweepRow? Find(SweepRow blank) => rows.GetValueOrDefault(SweepColumns.Key(blank));

    /// <summary>Appends a row and flushes it to disk, unless another process has written a row of the cell since.</summary>
    /// <param name="row">The row.</param>
    /// <param name="replaces">The failed row of the cell that this one replaces; null if the cell had none.</param>
    /// <param name="cancellation">Ends the wait for a file that another process has open.</param>
    /// <returns>Whether it was written.</returns>
    internal bool Append(SweepRow row, SweepRow? replaces, CancellationToken cancellation) => Guarded(() =>
    {
        using Stream stream = Lock(cancellation);
        string key = SweepColumns.Key(row);
        CatchUp(stream);
        if (rows.GetValueOrDefault(key) is { } other && !ReferenceEquals(other, replaces))
            return false;
        Append(stream, Line(SweepColumns.Fields(row)));
        rows[key] = row;
        return true;
    });

    /// <summary>Reads what other processes have written, and repairs the end.</summary>
    internal void CatchUp(CancellationToken cancellation)
    {
        if (new FileInfo(Path).Length == known)
            return;
        Guarded(() =>
        {
            using Stream stream = Lock(cancellation);
            CatchUp(stream);
            return true;
        });
    }

    private static byte[] Line(string[] fields)
    {
        using var buffer = new MemoryStream();
        using (CsvWriter csv = CsvWriter.Create(buffer, new() { NewLine = "\n" }, leaveOpen: true))
        {
            foreach (string field in fields)
                csv.WriteField(field);
            csv.EndRecord();
        }

        return buffer.ToArray();
    }

    private static bool StartsLikeHeader(ReadOnlySpan<byte> bytes) => Header.AsSpan().StartsWith(bytes);

    private void CatchUp(Stream stream)
    {
        if (stream.Length < known)
            known = 0; // another process has recreated it
        stream.Seek(known, SeekOrigin.Begin);
        var bytes = new byte[stream.Length - known];
        stream.ReadExactly(bytes);
        int start = 0;
        if (known == 0)
        {
            if (bytes.Length < Header.Length && StartsLikeHeader(bytes))
            {
                stream.SetLength(0);
                Append(stream, Header);
                return;
            }

            start = RequireHeader(bytes);
        }

        int end = Array.LastIndexOf(bytes, LineEnd) + 1;
        int whole = Take(bytes, start, end);
        if (whole < bytes.Length)
        {
            warning?.Invoke(
                $"'{Path}' ended with an incomplete row, as after a killed process. That row is dropped, and its cell is computed again.");
            stream.SetLength(known + whole);
            FileOperations.Current.FlushToDisk(stream);
        }

        known = stream.Length;
    }

    /// <summary>Appends to the end and flushes to disk: all of it, or nothing.</summary>
    private void Append(Stream stream, byte[] line)
    {
        long length = stream.Seek(0, SeekOrigin.End);
        try
        {
            stream.Write(line);
            FileOperations.Current.FlushToDisk(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream.SetLength(length); // a part of a row would hide the next one
            throw;
        }

        known = stream.Length;
    }

    /// <summary>Where the rows begin.</summary>
    private int RequireHeader(byte[] bytes)
    {
        int line = Array.IndexOf(bytes, LineEnd);
        string[] found = line < 0 ? [] : FirstFields(bytes.AsMemory(0, line + 1));
        if (!found.SequenceEqual(SweepColumns.Names))
        {
            throw new InvalidFileException(
                "SweepCsvColumns",
                Path,
                "line 1",
                "The columns are not those of a sweep of this version.",
                "Give another path: a sweep appends only to its own files.");
        }

        return line + 1;
    }

    /// <summary>Reads complete lines.</summary>
    /// <returns>Where the last good row ends; <paramref name="end"/> unless the last line is not a row.</returns>
    private int Take(byte[] bytes, int start, int end)
    {
        int at = start, number = 1;
        while (at < end)
        {
            int next = Array.IndexOf(bytes, LineEnd, at, end - at) + 1;
            number++;
            if (next == end && IsTorn(bytes.AsMemory(at, next - at)))
                return at;
            string[]? fields = CsvFile.Guarded(Path, () => Fields(bytes.AsMemory(at, next - at)).FirstOrDefault(), number);
            if (fields is not null && fields.Length != SweepColumns.Names.Count)
            {
                if (next == end)
                    return at;
                throw new InvalidFileException(
                    "CsvRagged", Path, $"line {number}", $"The record has {fields.Length} fields, the header {SweepColumns.Names.Count}.",
                    "Give every row the same number of columns, or give another path.");
            }

            if (fields is not null)
                Take(fields, number);
            at = next;
        }

        return end;
    }

    private void Take(string[] fields, int number)
    {
        try
        {
            SweepRow row = SweepColumns.Row(fields);
            rows[SweepColumns.Key(row)] = row;
        }
        catch (FormatException e)
        {
            throw new InvalidFileException(
                "SweepCsvValue", Path, $"line {number}", e.Message, "Fix or delete that row, or give another path.", inner: e);
        }
    }

    /// <summary>Whether a line ends within quotes.</summary>
    private static bool IsTorn(ReadOnlyMemory<byte> line) => line.Span.Count((byte)'"') % 2 == 1;

    /// <summary>The fields of a line; none if it is not CSV.</summary>
    private static string[] FirstFields(ReadOnlyMemory<byte> line)
    {
        try
        {
            return Fields(line).FirstOrDefault() ?? [];
        }
        catch (CsvFormatException)
        {
            return [];
        }
    }

    private static IEnumerable<string[]> Fields(ReadOnlyMemory<byte> line)
    {
        using CsvReader csv = CsvReader.Create(
            line, new() { HasHeader = false, Separator = ',', MalformedData = CsvMalformedDataHandling.Throw,
                FormatProvider = System.Globalization.CultureInfo.InvariantCulture });
        while (csv.Read())
            yield return CsvFile.Strings(csv);
    }

    /// <summary>Makes failures name the file.</summary>
    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (FileReplacement.Named(e, Path) is not null)
        {
            throw FileReplacement.Named(e, Path)!;
        }
    }

    /// <summary>Locks the file; waits while another process writes its row.</summary>
    private Stream Lock(CancellationToken cancellation) => Lock(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, cancellation);

    private Stream Lock(FileMode mode, FileAccess access, FileShare share, CancellationToken cancellation)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        bool told = false;
        for (int pause = 1; ; pause = Math.Min(2 * pause, 100))
        {
            try
            {
                return FileOperations.Current.Open(Path, new() { Mode = mode, Access = access, Share = share });
            }
            catch (IOException e) when (IsSharingViolation(e))
            {
                if (!told && System.Diagnostics.Stopwatch.GetElapsedTime(start) > LongWait)
                {
                    warning?.Invoke($"'{Path}' is locked by another program; rows wait until it is released. {e.Message}");
                    told = true;
                }

                if (cancellation.WaitHandle.WaitOne(pause))
                    throw new OperationCanceledException(cancellation);
            }
        }
    }

    /// <summary>EAGAIN of Linux and of macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows.</summary>
    private static bool IsSharingViolation(IOException e) =>
        (e.HResult & 0xffff, OperatingSystem.IsWindows()) is (11 or 35, false) or (32 or 33, true);
}
