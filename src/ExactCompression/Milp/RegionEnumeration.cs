using System.Numerics;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Milp;

/// <summary>
/// Enumerates the linear regions of a network over a box in exact arithmetic: all of them, each once, and nothing else. A region of full
/// dimension is cut by each neuron, layer after layer, into the subregion where its pre-activation is above 0 and the one where it is
/// below, as far as these have full dimension; so every step leads to a region, and no search is in vain.
/// </summary>
/// <remarks>
/// Inputs whose range is a point, and those that no neuron reads, are not dimensions. Work and memory for a region grow fast with the
/// number of remaining inputs: it is meant for a handful.
/// </remarks>
internal sealed class RegionEnumeration
{
    /// <summary>The maximum number of inputs, counting those that have a range and are read, whatever the number of neurons.</summary>
    public const int FewInputs = 6;

    /// <summary>
    /// The maximum number of inputs where there are no more than <see cref="FewNeurons"/> neurons: beyond that, a solver finds regions
    /// faster.
    /// </summary>
    public const int MostInputs = 8;

    /// <summary>See <see cref="MostInputs"/>.</summary>
    public const int FewNeurons = 50;

    private readonly ReluNetwork network;
    private readonly InputDomain domain;
    private readonly int[] inputs;
    private readonly int[] offsets;

    /// <summary>Prepares an enumeration.</summary>
    /// <param name="network">The network; its weights are taken as they are stored.</param>
    /// <param name="domain">The box.</param>
    public RegionEnumeration(ReluNetwork network, InputDomain domain)
    {
        this.network = network;
        this.domain = domain;
        inputs = Dimensions(network, domain);
        offsets = new NeuronLayout(network).Offsets;
    }

    /// <summary>
    /// Whether a network's regions over a box should be enumerated exactly: its weights are exact, and few inputs have a range and are
    /// read.
    /// </summary>
    public static bool CanHold(ReluNetwork network, InputDomain domain) =>
        network.DenseLayers.All(static l => l.IsExact)
        && Dimensions(network, domain).Length <= (network.NeuronCount <= FewNeurons ? MostInputs : FewInputs);

    /// <summary>Enumerates.</summary>
    /// <param name="cancellation">Throws <see cref="OperationCanceledException"/> from the enumerator.</param>
    public IEnumerable<ExactRegion> Run(CancellationToken cancellation)
    {
        var open = new Stack<PartialRegion>();
        ExactPolytope? box = inputs.Length == 0 ? null : ExactPolytope.Box(Ends(domain.Lower.Span), Ends(domain.Upper.Span));
        open.Push(new(box, 1, 0, network.Depth == 0 ? [] : FirstLayer(), new sbyte[offsets[^1]]));
        while (open.TryPop(out PartialRegion? region))
        {
            while (region.Layer <= network.Depth)
            {
                cancellation.ThrowIfCancellationRequested();
                if (region.Neuron == region.Functions.Length)
                {
                    Dyadic[][] next = region.Layer == network.Depth ? [] : NextLayer(region, cancellation);
                    region = region with { Layer = region.Layer + 1, Neuron = 0, Functions = next };
                    continue;
                }

                region = Step(region, open, cancellation);
            }

            yield return new(region.Signs, Middle(region.Polytope, cancellation));
        }
    }

    /// <summary>The inputs that have a range and are read.</summary>
    private static int[] Dimensions(ReluNetwork network, InputDomain domain)
    {
        AffineLayer first = network.DenseLayers[0];
        bool HasRange(int k) => domain.Upper.Span[k] > domain.Lower.Span[k];
        bool IsRead(int k) => Enumerable.Range(0, first.Outputs).Any(i => first.Row(i)[k] != 0);
        return network.Depth == 0 ? [] : [.. Enumerable.Range(0, network.InputSize).Where(k => HasRange(k) && IsRead(k))];
    }

    /// <summary>Cuts a partial region by its next neuron; where both sides have full dimension, one of them is deferred.</summary>
    private PartialRegion Step(PartialRegion region, Stack<PartialRegion> open, CancellationToken cancellation)
    {
        Dyadic[] function = region.Functions[region.Neuron];
        int index = offsets[region.Layer - 1] + region.Neuron;
        if (IsConstant(function))
        {
            region.Signs[index] = (sbyte)function[^1].Sign;
            return region with { Neuron = region.Neuron + 1 };
        }

        ExactPolytope? above = region.Polytope!.Above(function, cancellation);
        ExactPolytope? below = region.Polytope.Above(Array.ConvertAll(function, static c => -c), cancellation);
        if (above is not null && below is not null)
        {
            var signs = (sbyte[])region.Signs.Clone();
            signs[index] = -1;
            open.Push(region with { Polytope = below, Neuron = region.Neuron + 1, Signs = signs });
        }

        // Where only one side has full dimension, it is the partial region itself: the neuron cuts nothing off.
        region.Signs[index] = (sbyte)(above is not null ? 1 : -1);
        return region with { Polytope = above is not null && below is not null ? above : region.Polytope, Neuron = region.Neuron + 1 };
    }

    private static bool IsConstant(Dyadic[] function)
    {
        for (int k = 0; k < function.Length - 1; k++)
        {
            if (function[k].Sign != 0)
                return false;
        }

        return true;
    }

    private Dyadic[][] FirstLayer()
    {
        AffineLayer map = network.HiddenLayer(1);
        var functions = new Dyadic[map.Outputs][];
        bool[] ranges = new bool[map.Inputs];
        foreach (int k in inputs)
            ranges[k] = true;
        for (int i = 0; i < functions.Length; i++)
        {
            ReadOnlySpan<double> row = map.Row(i);
            var function = new Dyadic[inputs.Length + 1];
            for (int k = 0; k < inputs.Length; k++)
                function[k] = row[inputs[k]];
            function[^1] = map.Bias.Span[i];
            for (int j = 0; j < row.Length; j++)
            {
                if (!ranges[j] && row[j] != 0)
                    function[^1] += (Dyadic)row[j] * domain.Lower.Span[j];
            }

            functions[i] = function;
        }

        return functions;
    }

    /// <summary>The pre-activations of the next layer on a partial region, as functions of the inputs.</summary>
    private Dyadic[][] NextLayer(PartialRegion region, CancellationToken cancellation)
    {
        AffineLayer map = network.HiddenLayer(region.Layer + 1);
        int first = offsets[region.Layer - 1];
        var functions = new Dyadic[map.Outputs][];
        for (int i = 0; i < functions.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<double> row = map.Row(i);
            var function = new Dyadic[inputs.Length + 1];
            function[^1] = map.Bias.Span[i];
            for (int j = 0; j < row.Length; j++)
            {
                if (row[j] == 0 || region.Signs[first + j] <= 0)
                    continue;
                Dyadic weight = row[j];
                for (int k = 0; k < function.Length; k++)
                    function[k] += weight * region.Functions[j][k];
            }

            functions[i] = function;
        }

        return functions;
    }

    /// <summary>
    /// A point of the interior: for each input that no neuron reads, a double in the middle of its range, and for the others the middle of
    /// the polytope.
    /// </summary>
    private (BigInteger Numerator, BigInteger Denominator)[] Middle(ExactPolytope? polytope, CancellationToken cancellation)
    {
        var point = new (BigInteger Numerator, BigInteger Denominator)[network.InputSize];
        for (int k = 0; k < point.Length; k++)
        {
            (double lower, double upper) = (domain.Lower.Span[k], domain.Upper.Span[k]);
            BigInteger[] middle = Dyadic.ToIntegers([Math.Clamp((lower / 2) + (upper / 2), lower, upper), 1]);
            point[k] = Reduced(middle[0], middle[1]);
        }

        if (polytope is not null)
        {
            (BigInteger Numerator, BigInteger Denominator)[] middle = polytope.Middle(cancellation);
            for (int k = 0; k < inputs.Length; k++)
                point[inputs[k]] = Reduced(middle[k].Numerator, middle[k].Denominator);
        }

        return point;
    }

    private static (BigInteger Numerator, BigInteger Denominator) Reduced(BigInteger numerator, BigInteger denominator)
    {
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return (numerator / divisor, denominator / divisor);
    }

    private double[] Ends(ReadOnlySpan<double> ends)
    {
        var own = new double[inputs.Length];
        for (int k = 0; k < own.Length; k++)
            own[k] = ends[inputs[k]];
        return own;
    }

    /// <summary>A region of the box as cut by all neurons before a given one. It owns its array of signs.</summary>
    /// <param name="Polytope">The region; null where the box is a point.</param>
    /// <param name="Layer">1-based hidden layer.</param>
    /// <param name="Neuron">The next neuron of that layer.</param>
    /// <param name="Functions">The layer's pre-activations there, as functions of the inputs.</param>
    /// <param name="Signs">The sign of each neuron so far.</param>
    private sealed record PartialRegion(ExactPolytope? Polytope, int Layer, int Neuron, Dyadic[][] Functions, sbyte[] Signs);
}

/// <summary>A linear region.</summary>
/// <param name="Signs">For each hidden neuron, over all layers: the sign of its pre-activation in the interior, 0 where it is 0
/// throughout.</param>
/// <param name="Middle">A point of the interior: numerator and positive denominator of each input.</param>
internal sealed record ExactRegion(sbyte[] Signs, (BigInteger Numerator, BigInteger Denominator)[] Middle);
