using System.Collections.Concurrent;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Milp;

/// <summary>
/// Gives sub-problems of one tree the slopes and multipliers that a solver finds for the linear program that they relax to, on all threads.
/// </summary>
internal sealed class TriangleRefinement : ISubproblemRefinement, IDisposable
{
    /// <summary>The maximum number of rectifiers that a problem proposes for branching.</summary>
    private const int Candidates = 8;

    /// <summary>A program takes the time of about one sub-problem for this many rows and variables.</summary>
    private const int SizeOfCost = 64;

    private readonly VerdictLedger ledger;
    private readonly SignTarget target;
    private readonly int most;
    private readonly SearchClock clock;
    private readonly ConcurrentBag<TriangleProgram> idle = [];

    private TriangleRefinement(VerdictLedger ledger, SignTarget target, int most, SearchClock clock)
    {
        (this.ledger, this.target) = (ledger, target);
        (this.most, this.clock) = (most, clock);
    }

    /// <summary>Prepares for the tree of a neuron.</summary>
    /// <param name="ledger">Proven bounds of the pre-activations.</param>
    /// <param name="target">The neuron, and the sign in question.</param>
    /// <param name="most">The maximum number of weights that the neuron may depend on.</param>
    /// <param name="clock">Time and threads.</param>
    /// <returns>The refinement, or null where the neuron's program would be too large, or is none.</returns>
    public static TriangleRefinement? Of(VerdictLedger ledger, SignTarget target, int most, SearchClock clock)
    {
        if (!BigMEncoding.CanHold(ledger))
            return null;
        var refinement = new TriangleRefinement(ledger, target, most, clock);
        if (refinement.Build() is not { } first)
            return null;
        refinement.Cost = 1 + (first.Size / SizeOfCost);
        refinement.idle.Add(first);
        return refinement;
    }

    /// <inheritdoc/>
    public int Cost { get; private set; }

    /// <inheritdoc/>
    public void Refine(CrownSubproblem[] problems, ParallelOptions parallel) =>
        Parallel.ForEach(problems, parallel, problem =>
        {
            if (!idle.TryTake(out TriangleProgram? program))
                program = Build()!;
            program.Solve(problem, Candidates, clock.Remaining, parallel.CancellationToken);
            idle.Add(program);
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        while (idle.TryTake(out TriangleProgram? program))
            program.Dispose();
    }

    private TriangleProgram? Build() => TriangleProgram.Of(ledger, target, most, clock.Parallel.CancellationToken);
}
