using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Exact extremes over a box of everything that networks of few inputs compute: the box is cut along every rectifier into convex cells on
/// which all is affine, so that extremes are at corners. It shares no code with the library, nor with <see cref="ExactNetwork"/>, beside
/// which it is tested.
/// </summary>
internal sealed class ExactRanges
{
    /// <summary>An extreme, with an input at which it is reached.</summary>
    public sealed record Extreme(Rational Value, Rational[] Point);

    /// <summary>The range of one pre-activation or output.</summary>
    public sealed record Range(Extreme Min, Extreme Max);

    /// <summary>The smallest and the largest value so far, as fractions over the corners' last coordinates.</summary>
    private sealed class Tracker(int places)
    {
        private BigInteger[]? least;
        private BigInteger[]? most;
        private BigInteger leastValue, mostValue;

        public void Add(BigInteger[] form, ExactCell cell)
        {
            foreach (BigInteger[] corner in cell.Corners)
            {
                BigInteger value = ExactCell.At(form, corner);
                if (least is null || value * least[^1] < leastValue * corner[^1])
                    (least, leastValue) = (corner, value);
                if (most is null || value * most[^1] > mostValue * corner[^1])
                    (most, mostValue) = (corner, value);
            }
        }

        public Range Result() => new(Extreme(least!, leastValue), Extreme(most!, mostValue));

        private Extreme Extreme(BigInteger[] corner, BigInteger value) =>
            new(new(value, corner[^1] << places), [.. corner[..^1].Select(c => new Rational(c, corner[^1]))]);
    }

    private sealed class TooLargeException : Exception
    {
    }

    private readonly DyadicLayers[] networks;
    private readonly Tracker[][][] hidden;
    private readonly int size;
    private readonly int mostCells;
    private readonly Action<ExactCell, BigInteger[][][]> atEnd;
    private int cells;

    private ExactRanges(ReluNetwork[] networks, int mostCells, Action<ExactCell, BigInteger[][][], DyadicLayers[]> atEnd)
    {
        this.networks = [.. networks.Select(static n => new DyadicLayers(n))];
        this.mostCells = mostCells;
        this.atEnd = (cell, outputs) => atEnd(cell, outputs, this.networks);
        size = networks[0].InputSize;
        hidden = [.. networks.Select((n, at) =>
            n.Layers.Select((l, k) => Enumerable.Range(0, l.Outputs).Select(_ => new Tracker(this.networks[at].Scale[k])).ToArray())
            .ToArray())];
    }

    /// <summary>
    /// The range of every pre-activation over a box, the output layer's last; null where there are more cells than wanted.
    /// </summary>
    /// <param name="network">The network; radii of its weights do not count.</param>
    /// <param name="lower">Lower ends.</param>
    /// <param name="upper">Upper ends.</param>
    /// <param name="mostCells">Cells to visit at most.</param>
    public static Range[][]? Of(ReluNetwork network, double[] lower, double[] upper, int mostCells = 20_000)
    {
        var ranges = new ExactRanges([network], mostCells, static (_, _, _) => { });
        return ranges.Run(lower, upper) ? [.. ranges.hidden[0].Select(static l => l.Select(static t => t.Result()).ToArray())] : null;
    }

    /// <summary>The largest difference of any output of two networks over a box; null where there are more cells than wanted.</summary>
    public static Extreme? LargestDifference(ReluNetwork first, ReluNetwork second, double[] lower, double[] upper, int mostCells = 20_000)
    {
        Tracker[]? differences = null;
        var ranges = new ExactRanges([first, second], mostCells, (cell, outputs, layers) =>
        {
            (int of, int against) = (layers[0].Scale[^1], layers[1].Scale[^1]);
            int places = Math.Max(of, against);
            differences ??= [.. outputs[0].Select(_ => new Tracker(places))];
            for (int i = 0; i < differences.Length; i++)
                differences[i].Add([.. outputs[0][i].Zip(outputs[1][i], (x, y) => (x << (places - of)) - (y << (places - against)))], cell);
        });
        if (!ranges.Run(lower, upper))
            return null;
        return differences!.Select(static t => t.Result()).SelectMany(static r => new[] { r.Max, new Extreme(-r.Min.Value, r.Min.Point) })
            .MaxBy(static e => e.Value);
    }

    private bool Run(double[] lower, double[] upper)
    {
        try
        {
            Descend(ExactCell.Box(lower, upper), 0, 0, Inputs(), []);
            return true;
        }
        catch (TooLargeException)
        {
            return false;
        }
    }

    private BigInteger[][] Inputs() =>
        [.. Enumerable.Range(0, size).Select(i => Enumerable.Range(0, size + 1).Select(k => k == i ? BigInteger.One : BigInteger.Zero)
        .ToArray())];

    private void Descend(ExactCell cell, int network, int layer, BigInteger[][] values, BigInteger[][][] outputs)
    {
        if (++cells > mostCells)
            throw new TooLargeException();
        if (network == networks.Length)
        {
            atEnd(cell, outputs);
            return;
        }

        if (layer == networks[network].Count)
        {
            Descend(cell, network + 1, 0, Inputs(), [.. outputs, values]);
            return;
        }

        BigInteger[][] z = networks[network].Apply(layer, values, size);
        for (int i = 0; i < z.Length; i++)
            hidden[network][layer][i].Add(z[i], cell);
        if (networks[network].IsRectified(layer))
            Choose(cell, network, layer, z, 0, [.. z], outputs);
        else
            Descend(cell, network, layer + 1, z, outputs);
    }

    private void Choose(ExactCell cell, int network, int layer, BigInteger[][] z, int neuron, BigInteger[][] chosen,
        BigInteger[][][] outputs)
    {
        if (neuron == z.Length)
        {
            Descend(cell, network, layer + 1, chosen, outputs);
            return;
        }

        (ExactCell? above, ExactCell? below) = cell.Split(z[neuron]);
        if (above is not null)
            Choose(above, network, layer, z, neuron + 1, [.. chosen], outputs);
        if (below is not null)
            Choose(below, network, layer, z, neuron + 1, [.. chosen[..neuron], new BigInteger[size + 1], .. chosen[(neuron + 1)..]],
                outputs);
    }
}
