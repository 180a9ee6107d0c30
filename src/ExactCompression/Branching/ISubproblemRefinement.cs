using ExactCompression.Bounds;

namespace ExactCompression.Branching;

/// <summary>A second opinion on sub-problems that gradient steps have left open.</summary>
internal interface ISubproblemRefinement
{
    /// <summary>How many sub-problems gradient steps bound in about the same time as one is refined.</summary>
    int Cost { get; }

    /// <summary>
    /// Gives problems better slopes and multipliers, better corners to attack from and better rectifiers to branch on; their bounds are
    /// then evaluated anew. A problem may stay as it is.
    /// </summary>
    /// <param name="problems">The problems.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    void Refine(CrownSubproblem[] problems, ParallelOptions parallel);
}
