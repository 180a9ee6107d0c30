using System.Runtime.CompilerServices;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// The limits of one check. A small file can describe relations, trees and points of any size, and claims whose proofs take cubic time; so
/// arrays and trees have limits, and all work is counted before it is done. The count is of operations, not of seconds: what is refused
/// here is refused on every machine.
/// </summary>
internal sealed class CheckBudget
{
    /// <summary>
    /// Default limit on the operations of a check: minutes on an ordinary machine, and ten thousand times the work for certificates of
    /// ordinary networks.
    /// </summary>
    public const double DefaultWork = 1e12;

    /// <summary>Numbers in one array; a gibibyte of doubles.</summary>
    public const long MostNumbers = 1L << 27;

    /// <summary>Depth of trees: each level is a call.</summary>
    public const int DeepestTree = 1000;

    /// <summary>The cost of an operation with integers of arbitrary length, for each <see cref="ExactWords"/> words of them.</summary>
    private const double ExactOperation = 256;

    private const double ExactWords = 16;

    private readonly double most;
    private readonly StrongBox<double> spent;

    /// <summary>Begins a check.</summary>
    /// <param name="most">Operations that it may take.</param>
    /// <param name="threads">Threads to use; all cores if left out.</param>
    /// <param name="cancellation">The token that cancels it.</param>
    public CheckBudget(double most = double.PositiveInfinity, int? threads = null, CancellationToken cancellation = default)
        : this(most, new StrongBox<double>(),
            new() { CancellationToken = cancellation, MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount })
    {
    }

    private CheckBudget(double most, StrongBox<double> spent, ParallelOptions parallel) =>
        (this.most, this.spent, Parallel) = (most, spent, parallel);

    /// <summary>Threads, and the token that cancels it.</summary>
    public ParallelOptions Parallel { get; }

    /// <summary>The same budget for one thread of many.</summary>
    public CheckBudget Sequential => new(most, spent, new() { CancellationToken = Parallel.CancellationToken, MaxDegreeOfParallelism = 1 });

    /// <summary>Operations counted so far.</summary>
    public double Spent => Volatile.Read(ref spent.Value);

    /// <summary>Refuses arrays that take too much memory.</summary>
    /// <param name="place">What requires it.</param>
    /// <param name="counts">Lengths of arrays.</param>
    /// <exception cref="Refusal">One is more than <see cref="MostNumbers"/>.</exception>
    public static void RequireNumbers(string place, params ReadOnlySpan<long> counts)
    {
        foreach (long count in counts)
        {
            if (count is < 0 or > MostNumbers)
                throw new Refusal(place, $"Checking it takes {count} numbers at a time; the limit is {MostNumbers}.");
        }
    }

    /// <summary>
    /// Counts work that is about to be done, and stops if cancelled. Called often: the work between two calls takes well below a second.
    /// </summary>
    /// <param name="operations">Multiplications and additions, or work that takes as long.</param>
    /// <exception cref="Refusal">It is more than the check may take.</exception>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public void Spend(double operations)
    {
        Parallel.CancellationToken.ThrowIfCancellationRequested();
        double before, sum;
        do
        {
            before = Spent;
            sum = before + operations;
        }
        while (Interlocked.CompareExchange(ref spent.Value, sum, before) != before);

        if (sum > most)
            throw new Refusal(
                "work",
                FormattableString.Invariant($"Checking it takes more than {most:R} operations, which is the limit of a check. ")
                    + "Allow more with -MaximumWork if you trust its source.");
    }

    /// <summary>Counts work with integers of arbitrary length.</summary>
    /// <param name="operations">Multiplications, each with an addition.</param>
    /// <param name="words">The length of the longer factor, in 64-bit words.</param>
    public void SpendExact(double operations, long words) => Spend(operations * ExactOperation * (1 + (words / ExactWords)));
}
