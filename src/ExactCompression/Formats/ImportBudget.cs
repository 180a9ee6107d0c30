using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>
/// What one import may still use of memory and work. A file can describe far more than it contains (a chain of products, a shape of ones),
/// so readers count allocations and computations before they do them, and a file that needs more than its size justifies is refused.
/// </summary>
/// <remarks>
/// For one thread. Memory is counted when it is allocated and is not credited back, so the bound also holds for simultaneous allocations.
/// </remarks>
internal sealed class ImportBudget
{
    /// <summary>Memory for each byte of the file.</summary>
    public const long BytesPerByte = 64;

    /// <summary>Approximate size of a text field as a string.</summary>
    public const long BytesPerField = 40;

    /// <summary>Memory for the smallest file.</summary>
    public const long SmallestSize = 1L << 29;

    /// <summary>Sums and products for each byte of memory: about ten seconds for the smallest file.</summary>
    public const long WorkPerByte = 16;

    private readonly ImportOptions options;
    private readonly string path;
    private readonly HashSet<string> included;
    private long size;
    private long work;
    private long allocated;
    private long worked;

    /// <summary>The budget of a file.</summary>
    /// <param name="options">The user's options.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="fileLength">Its length in bytes, as stored.</param>
    public ImportBudget(ImportOptions options, string path, long fileLength)
    {
        this.options = options;
        this.path = path;
        included = [];
        size = options.MaximumSize ?? Math.Max(SmallestSize, Times(fileLength, BytesPerByte));
        work = Times(Math.Max(size, SmallestSize), WorkPerByte);
    }

    private ImportBudget(ImportBudget other) =>
        (options, path, size, work, included) = (other.options, other.path, other.size, other.work, [.. other.included]);

    /// <summary>The same allowance again, for another attempt once what one took is dropped.</summary>
    public ImportBudget Renewed() => new(this);

    /// <summary>Adds the allowance for a further file, once, unless the user has set a limit.</summary>
    /// <param name="file">Full path.</param>
    /// <param name="length">Its length in bytes.</param>
    public void Include(string file, long length)
    {
        if (options.MaximumSize is not null || !included.Add(file))
            return;
        size = Plus(size, Times(length, BytesPerByte));
        work = Plus(work, Times(Times(length, BytesPerByte), WorkPerByte));
    }

    /// <summary>Cancelled when the import is cancelled.</summary>
    public CancellationToken Cancellation => options.Cancellation;

    /// <summary>The budget of the file at a path.</summary>
    /// <exception cref="InvalidFileException">It is not a regular file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static ImportBudget Of(string path, ImportOptions options) => new(options, path, InputFile.RequireRegular(path));

    /// <summary>Counts memory that is about to be allocated.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="place">What they are for, for the message: a node, a tensor, a line.</param>
    /// <exception cref="InvalidFileException">The import would take more than it may.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public void Allocate(long bytes, string place)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        if (bytes > size - allocated)
            throw TooLarge(place, string.Create(CultureInfo.InvariantCulture, $"takes more than {Show(size)} of memory"));
        allocated += bytes;
    }

    /// <summary>Counts numbers of eight bytes that are about to be allocated: the memory, and the work of writing them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="place">What they are for, for the message.</param>
    /// <inheritdoc cref="Allocate"/>
    public void AllocateValues(long count, string place) => Take((count, count), place);

    /// <summary>Counts work that is about to be done, and checks for cancellation.</summary>
    /// <param name="operations">How many sums, products, or values inspected.</param>
    /// <param name="place">Where, for the message.</param>
    /// <exception cref="InvalidFileException">The import would do more than it may.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public void Work(long operations, string place)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        if (operations > work - worked)
            throw TooLarge(
                place, string.Create(
                    CultureInfo.InvariantCulture, $"takes more than {work / 1_000_000_000.0:0.#} billion operations"));
        worked += operations;
    }

    /// <summary>Counts numbers of eight bytes that are about to be allocated, and the work of computing them.</summary>
    /// <param name="cost">Both.</param>
    /// <param name="place">What they are for, for the message.</param>
    /// <inheritdoc cref="Allocate"/>
    public void Take((long Values, long Work) cost, string place)
    {
        Allocate(Times(cost.Values, sizeof(double)), place);
        Work(cost.Work, place);
    }

    /// <summary>Counts numbers of eight bytes and work as <see cref="Take"/> does, if the import may still take them.</summary>
    /// <param name="cost">Both.</param>
    /// <returns>Whether it may.</returns>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public bool TryTake((long Values, long Work) cost)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        long bytes = Times(cost.Values, sizeof(double));
        if (bytes > size - allocated || cost.Work > work - worked)
            return false;
        allocated += bytes;
        worked += cost.Work;
        return true;
    }

    /// <summary>Checks for cancellation.</summary>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public void ThrowIfCancelled() => options.Cancellation.ThrowIfCancellationRequested();

    private static long Plus(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    private static long Times(long a, long b) => Math.BigMul(a, b, out long low) == (low < 0 ? -1 : 0) ? low : long.MaxValue;

    private static string Show(long bytes) => bytes switch
    {
        >= 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.##} GiB"),
        >= 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.##} MiB"),
        >= 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 10):0.##} KiB"),
        1 => "1 byte",
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };

    private InvalidFileException TooLarge(string place, string want) =>
        new(
            "ImportTooLarge",
            path,
            place,
            $"From here on reading {want}, which is more than this import may take.",
            "If the file is trusted, raise -MaximumSize, such as -MaximumSize 16GB.");
}
