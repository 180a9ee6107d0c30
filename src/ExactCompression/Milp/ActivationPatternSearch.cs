using ExactCompression.Stability;

namespace ExactCompression.Milp;

/// <summary>
/// Enumerates the activation patterns that a network has over a box: its linear regions there. A pattern counts where its region has an interior: an input at which every neuron's pre-activation is above 0 or below 0
/// as the pattern says, save those that are 0 throughout. (Serra, Tjandraatmadja, Ramalingam, <em>Bounding and Counting Linear Regions of Deep Neural Networks</em>, ICML 2018.)
/// </summary>
/// <remarks>
/// The network's program is solved for any solution that keeps the pre-activations that are on, and all of the first layer, from 0 by a margin; its pattern is then excluded by one more row, and so on until there is none.
/// Every pattern given out is proven to exist, by a point in the middle of its region run through the network with error bounds. That no other exists is the solver's word, and regions thinner than
/// <see cref="Thinness"/> of a neuron's range can be missed. Not safe for concurrent use.
/// </remarks>
public sealed class ActivationPatternSearch
{
    /// <summary>Regions in which some pre-activation stays nearer to 0 than this share of its range can be missed.</summary>
    public const double Thinness = NetworkProgram.Margin;

    private readonly ReluNetwork network;
    private readonly InputDomain domain;
    private readonly ActivationPatternOptions options;
    private readonly SolverBackend backend;

    /// <summary>Prepares an enumeration.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The box; null for the file's own range where it states one, else <c>[0,1]^n</c>.</param>
    /// <param name="options">Solver and limits.</param>
    /// <exception cref="InvalidInputException">The domain does not fit the network, or the solver is not there.</exception>
    public ActivationPatternSearch(ReluNetwork network, InputDomain? domain, ActivationPatternOptions options)
    {
        this.network = network;
        this.domain = StabilityTable.Undecided(network, domain).Domain;
        this.options = options;
        backend = MilpSolvers.Require(options.Solver);
    }

    /// <summary>Why the enumeration ended.</summary>
    public ActivationPatternEnd End { get; private set; }

    /// <summary>Patterns that the solver proposed and that have no interior, or none that rounding lets prove; they are not given out.</summary>
    public int Degenerate { get; private set; }

    /// <summary>Enumerates; each pattern comes as it is found.</summary>
    /// <param name="cancellation">When cancelled, the enumeration ends within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The pre-activations have no finite bounds.</exception>
    public IEnumerable<ActivationPattern> Run(CancellationToken cancellation)
    {
        var board = new VerdictBoard(StabilityTable.Undecided(network, domain));
        var search = new SearchOptions { TimeLimit = options.TimeLimit, Threads = options.Threads };
        using var clock = new SearchClock(board, search, cancellation);
        End = ActivationPatternEnd.Running;
        using NetworkProgram? program = Prepare(board, clock);
        using var check = new WitnessCheck(network, domain);
        var seen = new HashSet<string>();
        while (program is not null)
        {
            if (seen.Count >= options.Count)
            {
                End = ActivationPatternEnd.CountReached;
                yield break;
            }

            MilpOutcome outcome = program.Program.Solve(new(clock.Remaining, clock.Parallel.MaxDegreeOfParallelism), clock.Parallel.CancellationToken);
            if (outcome.Values.Length == 0)
            {
                End = outcome.End == MilpEnd.Infeasible ? ActivationPatternEnd.Complete : clock.Expired ? ActivationPatternEnd.TimeReached : ActivationPatternEnd.SolverFailed;
                yield break;
            }

            Exclude(board, program, outcome.Values);
            var region = new LinearRegion(board, index => outcome.Values[program.PhaseOf(index)] > 0.5);
            if (region.Middle(clock) is { } input && region.IsProvenAt(check.Signs(input)))
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

    /// <summary>Bounds the network and writes its program; null when the time is over before.</summary>
    private NetworkProgram? Prepare(VerdictBoard board, SearchClock clock)
    {
        try
        {
            BoundPass.Run(board, clock);
            if (!NetworkProgram.CanHold(board))
                throw new InvalidInputException("BoundsNotFinite", $"The pre-activations of '{network.Name}' over {domain} have no bounds that a program could hold.", "Give a smaller domain.");
            var program = new NetworkProgram(backend, board, network.Depth, clock.Parallel.CancellationToken);
            for (int index = 0; index < board.Count; index++)
            {
                // Above the first layer a neuron may be 0 throughout a region, where its inputs are off or cancel out.
                if (program.PhaseOf(index) >= 0)
                    program.KeepFromZero(index, below: board.Place(index).Layer == 1);
            }

            return program;
        }
        catch (OperationCanceledException) when (clock.Expired)
        {
            return null;
        }
    }

    /// <summary>A row that the pattern of a solution breaks, and every other pattern keeps.</summary>
    private static void Exclude(VerdictBoard board, NetworkProgram program, double[] values)
    {
        int[] phases = [.. Enumerable.Range(0, board.Count).Select(program.PhaseOf).Where(static p => p >= 0)];
        int on = phases.Count(p => values[p] > 0.5);
        int row = program.Program.AddRow(1 - on, double.PositiveInfinity);
        foreach (int phase in phases)
            program.Program.SetTerm(row, phase, values[phase] > 0.5 ? -1 : 1);
    }
}
