namespace ExactCompression.Branching.Regions;

/// <summary>For each target that reaches its sign at a vertex, where it is furthest from 0.</summary>
/// <param name="targets">The number of targets.</param>
internal sealed class RegionFindings(int targets)
{
    private readonly (RegionPolytope Polytope, int Vertex)?[] best = new (RegionPolytope, int)?[targets];
    private readonly double[] values = new double[targets];
    private readonly HashSet<int> changed = [];

    /// <summary>The targets that reach their sign.</summary>
    public IEnumerable<int> Targets => Enumerable.Range(0, best.Length).Where(t => best[t] is not null);

    /// <summary>Takes a vertex.</summary>
    /// <param name="target">The target, which has its sign there.</param>
    /// <param name="value">How far from 0 it is, about.</param>
    /// <param name="polytope">A polytope on which it is affine.</param>
    /// <param name="vertex">The vertex.</param>
    public void Take(int target, double value, RegionPolytope polytope, int vertex)
    {
        if (best[target] is null || value > values[target])
        {
            (best[target], values[target]) = ((polytope, vertex), value);
            changed.Add(target);
        }
    }

    /// <summary>The targets for which a better vertex was taken since the last call, in their order.</summary>
    public int[] TakeChanged()
    {
        int[] targets = [.. changed.Order()];
        changed.Clear();
        return targets;
    }

    /// <summary>Takes what another search has found.</summary>
    /// <param name="other">What it has found.</param>
    public void Take(RegionFindings other)
    {
        foreach (int target in other.Targets)
            Take(target, other.values[target], other.best[target]!.Value.Polytope, other.best[target]!.Value.Vertex);
    }

    /// <summary>Points where a target is likely to have its sign in double too: at the vertex, and inside the polytope.</summary>
    /// <param name="target">A target that reaches its sign.</param>
    public double[][] PointsOf(int target)
    {
        (RegionPolytope polytope, int vertex) = best[target]!.Value;
        double[] centre = polytope.Centre(), corner = polytope[vertex].At[..centre.Length];
        return [corner, centre, [.. corner.Zip(centre, static (a, b) => (0.75 * a) + (0.25 * b))]];
    }
}
