using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Bounds a subdomain of the input box with <see cref="IntervalBounds"/> and <see cref="CrownBounds"/>, which avoid rounding where only
/// that keeps a sign open: for subdomains where a neuron's largest value is 0, or nearly.
/// </summary>
internal sealed class ExactSubdomain
{
    private readonly double[] lower;
    private readonly double[] upper;

    /// <summary>Bounds a subdomain up to the layer of its open targets.</summary>
    /// <param name="ledger">What is known on the whole box; not modified.</param>
    /// <param name="subdomain">The subdomain.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public ExactSubdomain(VerdictLedger ledger, Subdomain subdomain, ParallelOptions parallel)
    {
        int deepest = ledger.Place(subdomain.Targets[0].Index).Layer;
        lower = ledger.Lower[..ledger.Offsets[deepest]];
        upper = ledger.Upper[..ledger.Offsets[deepest]];
        using var below = new RelaxedGraph(new(subdomain.Lower, subdomain.Upper), ledger.Graph);
        for (int layer = 1; layer <= deepest; layer++)
        {
            LoweredLayer map = CrownBounds.Advance(below, layer, parallel);
            int first = ledger.Offsets[layer - 1];
            double[] low = new double[map.Width], high = new double[map.Width];
            IntervalBounds.Propagate(map, below.SourcesOf(map), low, high);
            Keep(first, low, high);
            if (layer > 1)
            {
                int[] neurons = [.. Enumerable.Range(0, map.Width)];
                var bounds = new CrownBounds(below);
                bounds.Bound(map, neurons, above: true, high, null, parallel);
                bounds.Bound(map, neurons, above: false, low, null, parallel);
                Keep(first, low, high);
            }

            below.Add(lower.AsSpan(first, map.Width), upper.AsSpan(first, map.Width));
        }
    }

    /// <summary>Whether a target is not settled in the subdomain.</summary>
    public bool LeavesOpen(SignTarget target) => !(target.Above ? upper[target.Index] <= 0 : lower[target.Index] >= 0);

    /// <summary>Keeps the tighter bounds; a NaN, or an infinity that overflow has given the wrong sign, proves nothing.</summary>
    private void Keep(int first, double[] low, double[] high)
    {
        for (int i = 0; i < low.Length; i++)
        {
            if (low[i] > lower[first + i] && !double.IsPositiveInfinity(low[i]))
                lower[first + i] = low[i];
            if (high[i] < upper[first + i] && !double.IsNegativeInfinity(high[i]))
                upper[first + i] = high[i];
        }
    }
}
