using System.Numerics;
using ExactCompression.Branching;
using ExactCompression.Numerics;
using ExactCompression.Witnesses;

namespace ExactCompression.Milp;

/// <summary>
/// Inputs of doubles that lie in a linear region: proof that a pattern exists, for everyone who evaluates the network there.
/// </summary>
internal sealed class RegionPoint : IDisposable
{
    private readonly ExactForward? exact;
    private readonly InputDomain domain;
    private readonly WitnessCheck check;

    /// <summary>Prepares the checks.</summary>
    public RegionPoint(ReluNetwork network, InputDomain domain)
    {
        exact = network.Lowered.Layers.All(static l => l.IsExact) ? ExactForward.Of(network.Lowered, network.Lowered.Rectifiers) : null;
        this.domain = domain;
        check = new(network, domain);
    }

    /// <summary>A point of doubles in a region's interior, near an inner point.</summary>
    /// <param name="region">The region.</param>
    /// <param name="inside">Whether there is one among the doubles next to the inner point; otherwise the point is only near it.</param>
    /// <param name="cancellation">Throws <see cref="OperationCanceledException"/>.</param>
    public double[] Near(ExactRegion region, out bool inside, CancellationToken cancellation)
    {
        int n = region.Middle.Length;
        var (low, high, nearest) = (new double[n], new double[n], new double[n]);
        var between = new List<int>();
        bool Has(double[] point) => Signs(point).AsSpan().SequenceEqual(region.Signs);
        for (int k = 0; k < n; k++)
        {
            (BigInteger p, BigInteger q) = region.Middle[k];
            low[k] = Math.Max(new ExactRational(p, q).Down(), domain.Lower.Span[k]);
            Dyadic rest = p - ((Dyadic)low[k] * q);
            high[k] = rest.Sign == 0 ? low[k] : Math.Min(Math.BitIncrement(low[k]), domain.Upper.Span[k]);
            nearest[k] = (rest + rest - (((Dyadic)high[k] - low[k]) * q)).Sign > 0 ? high[k] : low[k];
            if (high[k] != low[k])
                between.Add(k);
        }

        inside = Has(nearest);
        int corners = inside ? 0 : 1 << between.Count;
        for (int corner = 0; corner < corners; corner++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] point = [.. low];
            for (int b = 0; b < between.Count; b++)
            {
                if ((corner >> b & 1) != 0)
                    point[between[b]] = high[between[b]];
            }

            if (!Has(point))
                continue;
            inside = true;
            return point;
        }

        return nearest;
    }

    /// <summary>
    /// The sign of every hidden pre-activation at a point: exact where the weights are exact, else as far as it is proven.
    /// </summary>
    /// <param name="point">A point of the domain.</param>
    /// <returns>For each neuron, by its index over all layers: 1 or -1; 0 where the pre-activation is 0, or where the weights'
    /// radius leaves the sign open.</returns>
    public sbyte[] Signs(double[] point)
    {
        sbyte[] proven = check.Signs(point);
        if (!proven.Contains((sbyte)0) || exact is null)
            return proven;
        return [.. exact.PreActivations(point).SelectMany(static layer => layer.Select(static z => (sbyte)z.Sign))];
    }

    /// <inheritdoc/>
    public void Dispose() => check.Dispose();
}
