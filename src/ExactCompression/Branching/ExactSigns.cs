using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Branching;

/// <summary>
/// Signs that are lost in rounding errors, decided in exact arithmetic: a neuron of the first layer has its extremes at corners of the box,
/// so its exact values there decide it; for deeper layers, a few corners with large or small values are evaluated on the network. A point
/// of the domain whose exact pre-activation is above 0 is as good a witness as any.
/// </summary>
internal static class ExactSigns
{
    /// <summary>Weights up to a layer, above which no point is evaluated on the network in exact arithmetic.</summary>
    private const long MostWeights = 200_000;

    /// <summary>Products of exact numbers in one call: about a second.</summary>
    private const long Effort = 5_000_000;

    /// <summary>How often a neuron's corner is recomputed from the last one.</summary>
    private const int Steps = 3;

    /// <summary>Decides the first layer's open neurons.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public static void DecideFirst(VerdictLedger ledger, SearchClock clock)
    {
        if (ledger.Network.Depth > 0 && ledger.Network.HiddenLayer(1).IsExact && ledger.HasOpen(1))
            clock.Run(SearchStage.Enumeration, () => DecideFirst(ledger, ledger.Network.HiddenLayer(1), clock));
    }

    /// <summary>Evaluates a few corners of the box on the network for each sign that is still missing, first layer first.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public static void Show(VerdictLedger ledger, SearchClock clock)
    {
        int last = ledger.DeepestOpen();
        if (last > 0 && LayersUpTo(ledger.Network, last) is { } layers)
            clock.Run(
                SearchStage.Enumeration,
                () => Show(ledger, layers, Effort / Math.Max(1, layers.Sum(static l => l.ConnectionCount)), clock));
    }

    /// <summary>
    /// The first hidden layers, or null where no point should be evaluated on them in exact arithmetic: they have too many weights, or
    /// weights that are known only up to a radius.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="last">The last layer to take, 1-based.</param>
    public static AffineLayer[]? LayersUpTo(ReluNetwork network, int last)
    {
        AffineLayer[] layers = [.. Enumerable.Range(1, last).Select(network.HiddenLayer)];
        return layers.Sum(static l => l.ConnectionCount) <= MostWeights && Array.TrueForAll(layers, static l => l.IsExact) ? layers : null;
    }

    /// <summary>The exact pre-activation of each hidden neuron, layer by layer.</summary>
    /// <param name="layers">The first hidden layers, of exact weights.</param>
    /// <param name="point">An input.</param>
    public static Dyadic[][] PreActivations(ReadOnlySpan<AffineLayer> layers, double[] point)
    {
        var all = new Dyadic[layers.Length][];
        Dyadic[] a = [.. point.Select(static x => (Dyadic)x)];
        for (int l = 0; l < layers.Length; l++)
        {
            AffineLayer layer = layers[l];
            all[l] = [.. Enumerable.Range(0, layer.Outputs).Select(i => PreActivation(layer, i, a))];
            a = Array.ConvertAll(all[l], static z => Dyadic.Max(z, 0.0));
        }

        return all;
    }

    private static Dyadic PreActivation(AffineLayer layer, int neuron, Dyadic[] a)
    {
        Dyadic z = layer.Bias.Span[neuron];
        ReadOnlySpan<double> row = layer.Row(neuron);
        for (int j = 0; j < row.Length; j++)
        {
            if (row[j] != 0 && a[j].Sign != 0)
                z += (Dyadic)row[j] * a[j];
        }

        return z;
    }

    private static void DecideFirst(VerdictLedger ledger, AffineLayer layer, SearchClock clock)
    {
        long left = Effort;
        for (int i = 0; i < layer.Outputs; i++)
        {
            foreach (bool above in (bool[])[true, false])
            {
                if (!ledger.NeedsWitness(i, above) || left <= 0)
                    continue;
                clock.ThrowIfExpired();
                left -= layer.Inputs;
                double[] corner = ledger.Domain.Corner(layer.Row(i), above);
                int sign = PreActivation(layer, i, [.. corner.Select(static x => (Dyadic)x)]).Sign;
                if (above ? sign > 0 : sign < 0)
                    ledger.Learn(i, above, corner);
                else
                    ledger.Bound(i, above ? double.NegativeInfinity : 0, above ? 0 : double.PositiveInfinity, Evidence.Enumeration);
            }
        }
    }

    private static void Show(VerdictLedger ledger, AffineLayer[] layers, long points, SearchClock clock)
    {
        double[] middle = [.. ledger.Domain.Lower.ToArray().Zip(
            ledger.Domain.Upper.ToArray(), static (low, high) => Math.Clamp((low / 2) + (high / 2), low, high))];
        for (int i = 0; i < ledger.Offsets[layers.Length]; i++)
        {
            foreach (bool above in (bool[])[true, false])
            {
                double[] at = middle;
                for (int step = 0; step < Steps && ledger.NeedsWitness(i, above) && points > 0; step++, points--)
                {
                    clock.ThrowIfExpired();
                    (int layer, int neuron) = ledger.Place(i);
                    double[] corner = ledger.Domain.Corner(Gradient(layers.AsSpan(0, layer), neuron, at), above);
                    Credit(ledger, PreActivations(layers, corner), corner);
                    if (corner.AsSpan().SequenceEqual(at))
                        break;
                    at = corner;
                }
            }
        }
    }

    private static void Credit(VerdictLedger ledger, Dyadic[][] values, double[] point)
    {
        for (int l = 0; l < values.Length; l++)
        {
            for (int n = 0; n < values[l].Length; n++)
            {
                if (values[l][n].Sign is var sign && sign != 0)
                    ledger.Learn(ledger.Offsets[l] + n, sign > 0, point);
            }
        }
    }

    /// <summary>The approximate gradient of a neuron at a point: which corner to try does not affect any proof.</summary>
    private static double[] Gradient(ReadOnlySpan<AffineLayer> layers, int neuron, double[] point)
    {
        var on = new bool[layers.Length - 1][];
        double[] a = point;
        for (int l = 0; l < on.Length; l++)
        {
            AffineLayer layer = layers[l];
            var z = new double[layer.Outputs];
            for (int i = 0; i < z.Length; i++)
                z[i] = System.Numerics.Tensors.TensorPrimitives.Dot(layer.Row(i), a) + layer.Bias.Span[i];
            on[l] = Array.ConvertAll(z, static v => v >= 0);
            a = Array.ConvertAll(z, static v => Math.Max(0, v));
        }

        double[] gradient = layers[^1].Row(neuron).ToArray();
        for (int l = on.Length - 1; l >= 0; l--)
        {
            var below = new double[layers[l].Inputs];
            for (int i = 0; i < gradient.Length; i++)
            {
                if (on[l][i] && gradient[i] != 0)
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(layers[l].Row(i), gradient[i], below, below);
            }

            gradient = below;
        }

        return gradient;
    }
}
