using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Verdicts;

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

    /// <summary>
    /// Programs that solve sub-problems at the same time. What one finds depends on what it solved before, so that their number, and who
    /// solves what, must not depend on threads.
    /// </summary>
    private const int Programs = 4;

    private readonly ReluBranchAndBound tree;
    private readonly int most;
    private readonly SearchClock clock;
    private readonly TriangleProgram?[] programs = new TriangleProgram?[Programs];

    private TriangleRefinement(ReluBranchAndBound tree, int most, SearchClock clock) =>
        (this.tree, this.most, this.clock) = (tree, most, clock);

    /// <summary>Prepares for a tree.</summary>
    /// <param name="tree">The tree, of a neuron that depends on no smooth function.</param>
    /// <param name="most">The maximum number of weights that the neuron may depend on.</param>
    /// <param name="clock">Time and threads.</param>
    /// <returns>The refinement, or null where there is no solver, or the neuron has no program, or one that is too large.</returns>
    public static TriangleRefinement? Of(ReluBranchAndBound tree, int most, SearchClock clock)
    {
        if (!DualSolver.CanSolve(tree.Bounds.Network))
            return null;
        var refinement = new TriangleRefinement(tree, most, clock);
        if (refinement.Build() is not { } first)
            return null;
        refinement.programs[0] = first;
        refinement.Cost = 1 + (first.Size / SizeOfCost);
        return refinement;
    }

    /// <inheritdoc/>
    public int Cost { get; private set; }

    /// <inheritdoc/>
    public void Refine(CrownSubproblem[] problems, ParallelOptions parallel) =>
        Parallel.For(0, Math.Min(Programs, problems.Length), parallel, p =>
        {
            TriangleProgram program = programs[p] ??= Build()!;
            for (int k = p; k < problems.Length; k += Programs)
            {
                parallel.CancellationToken.ThrowIfCancellationRequested();
                program.Solve(problems[k], Candidates, clock.Remaining, parallel.CancellationToken);
            }
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TriangleProgram? program in programs)
            program?.Dispose();
    }

    private TriangleProgram? Build() => TriangleProgram.Of(tree, most, clock.Parallel.CancellationToken);
}
