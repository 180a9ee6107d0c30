using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Milp;

/// <summary>
/// Enumerates the activation patterns that a network has over a box: its linear regions there. (Serra, Tjandraatmadja, Ramalingam,
/// <em>Bounding and Counting Linear Regions of Deep Neural Networks</em>, ICML 2018.)
/// </summary>
/// <remarks>
/// <para>A pattern counts where its region has an interior in the box: an input, and all inputs of the box near it, at which every neuron's
/// pre-activation is above 0 where the pattern says on, and below 0 where it says off, except those that are 0 throughout, which are off.
/// All of this is in real arithmetic, for the weights as they are stored. Inputs whose range is a point are fixed: where all are, the
/// pattern of that point counts, and no other.</para>
/// <para>Where few inputs have a range (<see cref="IsExact"/>) the regions are enumerated in exact arithmetic: all of them, each once,
/// however thin. Otherwise, or where a solver is named, the network's program is solved for any solution that keeps the pre-activations
/// that are on, and all of the first layer, away from 0 by a margin; its pattern is then excluded by one more row, and so on until there is
/// none. Every pattern returned is proven to exist, by a point in its region. That no other exists is then the solver's claim, and regions
/// thinner than <see cref="Thinness"/> of a neuron's range can be missed: <see cref="End"/> says
/// <see cref="ActivationPatternEnd.Unproven"/>, unless the neurons whose sign is open cannot have more patterns than were found.</para>
/// <para>Not safe for concurrent use.</para>
/// </remarks>
public sealed class ActivationPatternSearch
{
    /// <summary>
    /// Regions in which some pre-activation stays closer to 0 than this share of its range can be missed where a solver searches for them.
    /// </summary>
    public const double Thinness = BigMEncoding.Margin;

    /// <summary>How much too early a solver may stop by its own clock.</summary>
    private static readonly TimeSpan SolverClock = TimeSpan.FromMilliseconds(100);

    private readonly ReluNetwork network;
    private readonly InputDomain domain;
    private readonly ActivationPatternOptions options;
    private readonly SolverBackend? backend;

    /// <summary>Prepares an enumeration.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The box; null for the range that the network's file states, if any, else <c>[0,1]^n</c>.</param>
    /// <param name="options">Solver and limits.</param>
    /// <exception cref="InvalidInputException">The domain does not fit the network, or the solver is not available.</exception>
    public ActivationPatternSearch(ReluNetwork network, InputDomain? domain, ActivationPatternOptions options)
    {
        network.RequireDense(
            "The enumeration of activation patterns", "Find-StableNeurons tells which of its neurons have one phase only.");
        this.network = network;
        this.domain = StabilityTable.Undecided(network, domain).Domain;
        this.options = options;
        backend = options.Solver is null && RegionEnumeration.CanHold(network, this.domain) ? null : MilpSolvers.Require(options.Solver);
    }

    /// <summary>
    /// Whether the regions are enumerated in exact arithmetic: no solver is named, the weights are exact, and at most six inputs
    /// (eight where there are at most 50 neurons) have a range and a weight that is not 0.
    /// </summary>
    public bool IsExact => backend is null;

    /// <summary>The solver's name; null where none is used.</summary>
    public string? Solver => backend?.Name;

    /// <summary>Why the enumeration ended.</summary>
    public ActivationPatternEnd End { get; private set; }

    /// <summary>
    /// Patterns that the solver proposed and that have no interior, or none that a point of doubles could prove; they are not returned.
    /// </summary>
    public int Degenerate { get; private set; }

    /// <summary>Enumerates; each pattern is returned as it is found.</summary>
    /// <param name="cancellation">When cancelled, the enumeration ends within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">A solver is needed, and the pre-activations have no finite bounds.</exception>
    public IEnumerable<ActivationPattern> Run(CancellationToken cancellation) =>
        backend is null ? Enumerate(cancellation) : Ask(backend, cancellation);

    /// <summary>Enumerates in exact arithmetic.</summary>
    private IEnumerable<ActivationPattern> Enumerate(CancellationToken cancellation)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        using var clock = new SearchClock(ledger, new() { TimeLimit = options.TimeLimit }, cancellation);
        End = ActivationPatternEnd.Running;
        using var points = new RegionPoint(network, domain);
        CancellationToken expired = clock.Parallel.CancellationToken;
        using IEnumerator<ExactRegion> regions = new RegionEnumeration(network, domain).Run(expired).GetEnumerator();
        for (int number = 1; ; number++)
        {
            if (number > options.Count)
            {
                End = ActivationPatternEnd.CountReached;
                yield break;
            }

            if (Next(regions, points, number, expired) is not { } pattern)
                yield break;
            yield return pattern;
        }
    }

    /// <summary>The next pattern of an exact enumeration; null at its end.</summary>
    private ActivationPattern? Next(IEnumerator<ExactRegion> regions, RegionPoint points, int number, CancellationToken expired)
    {
        try
        {
            expired.ThrowIfCancellationRequested();
            if (regions.MoveNext())
            {
                ExactRegion region = regions.Current;
                double[] input = points.Near(region, out bool inside, expired);
                bool[] active = Array.ConvertAll(region.Signs, static s => s > 0);
                return new(network, number, active, input) { IsInputInside = inside, Middle = region.Middle };
            }

            End = ActivationPatternEnd.Complete;
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested)
        {
            End = ActivationPatternEnd.TimeReached;
        }

        return null;
    }

    /// <summary>Lets a solver find one pattern after another.</summary>
    private IEnumerable<ActivationPattern> Ask(SolverBackend solver, CancellationToken cancellation)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        var search = new SearchOptions { TimeLimit = options.TimeLimit, Threads = options.Threads };
        using var clock = new SearchClock(ledger, search, cancellation);
        End = ActivationPatternEnd.Running;
        using BigMEncoding? program = Prepare(solver, ledger, clock);
        using var points = new RegionPoint(network, domain);
        int open = Enumerable.Range(0, ledger.Count).Count(i => ledger.Lower[i] <= 0 && ledger.Upper[i] > 0);
        var seen = new HashSet<string>();
        while (program is not null)
        {
            if (seen.Count >= options.Count)
            {
                End = ActivationPatternEnd.CountReached;
                yield break;
            }

            // Neurons whose proven bounds settle the sign are on in every pattern, or off in every one.
            if (open < 31 && seen.Count == 1 << open)
            {
                End = ActivationPatternEnd.Complete;
                yield break;
            }

            MilpOutcome outcome = program.Program.Solve(
                new(clock.Remaining, clock.Parallel.MaxDegreeOfParallelism), clock.Parallel.CancellationToken);
            if (outcome.Values.Length == 0)
            {
                End = outcome.End == MilpEnd.Infeasible ? ActivationPatternEnd.Unproven
                    : clock.Expired || clock.Remaining < SolverClock ? ActivationPatternEnd.TimeReached : ActivationPatternEnd.SolverFailed;
                yield break;
            }

            Exclude(ledger, program, outcome.Values);
            var region = new LinearRegion(ledger, index => outcome.Values[program.PhaseOf(index)] > 0.5);
            if (region.Middle(clock) is { } input && region.IsProvenAt(points.Signs(input)))
            {
                var pattern = new ActivationPattern(network, seen.Count + 1, region.Active, input);
                if (seen.Add(pattern.Pattern))
                    yield return pattern;
            }
            else
            {
                Degenerate++;
            }
        }

        End = ActivationPatternEnd.TimeReached;
    }

    /// <summary>Bounds the network and builds its program; null if time runs out first.</summary>
    private BigMEncoding? Prepare(SolverBackend solver, VerdictLedger ledger, SearchClock clock)
    {
        try
        {
            BoundPropagation.Run(ledger, clock);
            BigMEncoding.RequireOrdinary(ledger);
            var program = new BigMEncoding(solver, ledger, network.Depth, clock.Parallel.CancellationToken);
            for (int index = 0; index < ledger.Count; index++)
            {
                // Above the first layer a neuron may be 0 throughout a region, where its inputs are off or cancel.
                if (program.PhaseOf(index) >= 0)
                    program.KeepFromZero(index, below: ledger.Place(index).Layer == 1);
            }

            return program;
        }
        catch (OperationCanceledException) when (clock.Expired)
        {
            return null;
        }
    }

    /// <summary>Adds a row that the pattern of a solution violates, and every other pattern satisfies.</summary>
    private static void Exclude(VerdictLedger ledger, BigMEncoding program, double[] values)
    {
        int[] phases = [.. Enumerable.Range(0, ledger.Count).Select(program.PhaseOf).Where(static p => p >= 0)];
        int on = phases.Count(p => values[p] > 0.5);
        int row = program.Program.AddRow(1 - on, double.PositiveInfinity);
        foreach (int phase in phases)
            program.Program.SetTerm(row, phase, values[phase] > 0.5 ? -1 : 1);
    }
}
