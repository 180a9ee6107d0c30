using ExactCompression.Networks;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// How often a float32 runtime rounds in each node of a network: every product and every sum once or, where operations are fused, not at
/// all; constants once. Sums run in any order. A runtime may fold a normalisation, arithmetic with constants, and the addition of another
/// value into the matrix product or convolution before, whose only reader they are; other algorithms for products (Winograd's, Strassen's)
/// and lower precisions inside them (TF32) are not covered. What only selects (ReLU, maximum, clipping, reshaping) does not round.
/// </summary>
internal sealed class NodeCharges
{
    // (x - m) s / sqrt(v + e) + t and x s' + t' round each term at most seven times, with the constants that are computed on the way.
    private const int Normalisation = 8;

    private readonly NodewiseGraph network;
    private readonly LayerCharge?[] charges;

    // How many partial sums the terms of a value are part of: 0 where no fused operation can take the value in.
    private readonly int[] depths;
    private readonly FoldedFactors?[] behind;

    private NodeCharges(NodewiseGraph network)
    {
        this.network = network;
        charges = new LayerCharge?[network.Graph.Layers.Count];
        depths = new int[network.Nodes.Values];
        behind = FoldedFactors.Of(network.Nodes);
    }

    /// <summary>The charges of all layers.</summary>
    /// <param name="network">The network.</param>
    /// <returns>For each layer its charge; null where nothing is rounded.</returns>
    /// <exception cref="NotSupportedException">A node's rounding is not specified, such as that of a Sigmoid.</exception>
    public static IReadOnlyList<LayerCharge?> Of(NodewiseGraph network)
    {
        var charges = new NodeCharges(network);
        for (int n = 0; n < network.Nodes.Nodes.Count; n++)
            charges.Charge(n);
        return charges.charges;
    }

    private void Charge(int n)
    {
        GraphNode node = network.Nodes.Nodes[n];
        (int first, int end) = (network.Ends[n], network.Ends[n + 1]);
        if (first == end)
            return; // nothing is computed, or nothing that is analysed
        int value = network.Nodes.ValueOf(n), at = first;
        LayerCharge? charge = null;
        switch (node.Operator)
        {
            case DenseOperator or ConvolutionOperator:
                charge = Product(node.Operator, value);
                depths[value] = network.Graph.Layers[first].Terms[0].Map.FanIn + charge.PerTerm + charge.Additions + 1;
                break;
            case ScaleShiftOperator scale:
                int within = DepthOf(node.Inputs[0]);
                charge = new() { PerTerm = RoundingsOf(scale), Constants = ConstantsOf(scale, within, network.Graph.Layers[first].Width) };
                depths[value] = within > 0 ? within + Normalisation : 0;
                break;
            case SumOperator:
                int deepest = node.Inputs.Max(DepthOf);
                charge = new() { PerTerm = deepest + node.Inputs.Count };
                depths[value] = deepest > 0 ? deepest + node.Inputs.Count : 0;
                break;
            case AveragePoolOperator or ReductionOperator:
                charge = new() { IsSum = true, PerTerm = 3 }; // of the sums: dividing them is a layer of its own, or none
                break;
            case LeakyReluOperator leaky when Array.Exists(leaky.Slopes, static slope => slope is not (0 or 1 or -1)):
                (at, charge) = (end - 1, new() { PerTerm = 2, IsFirstAlone = true });
                break;
            case HardSigmoidOperator:
                charge = new() { PerTerm = 3 };
                break;
            case ClipOperator clip:
                at = end - 1;
                charge = Constant(ErrorOfEnd(clip.Lower) + ErrorOfEnd(clip.Upper), network.Graph.Layers[at].Width);
                break;
            case ConstantOperator constant:
                charge = new() { Constants = Array.ConvertAll(constant.Values, SingleArithmetic.ErrorOf) };
                break;
            case SmoothOperator:
                throw new NotSupportedException($"the {node.Operator.Name} of '{node.Name}'");
            default:
                break;
        }

        if (charge is not null)
        {
            var detours = Detours.Of(network.Nodes, n, depths[value] > 0 ? behind[value] : null, network.Graph.Layers[at].Width);
            charge = charge with { Lost = detours.Lost, Largest = detours.Largest, Steepest = detours.Steepest };
        }

        charges[at] = charge;
    }

    private LayerCharge Product(Operator product, int value)
    {
        (int perTerm, int additions) = (1, 0);
        bool isHeld = product switch
        {
            DenseOperator dense => dense is { WeightRadius: null, BiasRadius: null, Alpha: 1, Beta: 1 }
                && Array.TrueForAll(dense.Weights, SingleArithmetic.Holds) && Array.TrueForAll(dense.Bias, SingleArithmetic.Holds),
            ConvolutionOperator convolution => Array.TrueForAll(convolution.Filters, SingleArithmetic.Holds)
                && Array.TrueForAll(convolution.Bias, SingleArithmetic.Holds),
            _ => false,
        };
        perTerm += isHeld ? 0 : 3; // a factor of the file, its product with the weight, and the weight itself
        while (network.Nodes.IsReadOnce(value))
        {
            int reader = network.Nodes.Readers[value][0];
            if (network.Nodes.Nodes[reader].Operator is ScaleShiftOperator)
                perTerm += Normalisation;
            else if (network.Nodes.Nodes[reader].Operator is SumOperator { Signs.Count: var count })
                additions += count;
            else
                break;
            value = network.Nodes.ValueOf(reader);
        }

        return new() { IsSum = true, PerTerm = perTerm, Additions = additions };
    }

    private int DepthOf(int value) => network.Nodes.IsReadOnce(value) ? depths[value] : 0;

    private static int RoundingsOf(ScaleShiftOperator scale) => scale.Part.Kind switch
    {
        AffinePartKind.Elementwise => 4, // two constants, a product and a sum
        AffinePartKind.Divide => 3,
        _ => Normalisation,
    };

    /// <summary>Errors of what a normalisation adds; where it is folded into a sum, it is part of as many partial sums.</summary>
    private static double[]? ConstantsOf(ScaleShiftOperator scale, int within, int width)
    {
        IReadOnlyList<double[]> values = scale.Part.Values;
        double gamma = SingleArithmetic.Gamma(within + Normalisation);
        double[]? sizes = scale.Part.Kind switch
        {
            _ when !IsOrdinary(scale.Part) => Array.ConvertAll(values[0], static _ => double.PositiveInfinity),
            AffinePartKind.Elementwise => Array.ConvertAll(values[1], Math.Abs),
            AffinePartKind.BatchNormalization =>
            [
                .. values[0].Select(
                    (s, i) => Math.Abs(values[1][i]) + (Math.Abs(values[2][i] * s) / Math.Sqrt(values[3][i] + scale.Part.Epsilon))),
            ],
            _ => null,
        };
        if (sizes is null)
            return null;
        double[] errors = Array.ConvertAll(sizes, size => size * gamma * (1 + 1e-9));
        return scale.PerChannel ? MapShapes.PerElement(errors, width) : errors;
    }

    /// <summary>Whether nothing on the way to the factors and terms can overflow, underflow or cancel.</summary>
    private static bool IsOrdinary(AffinePart part)
    {
        // Of a normalisation, (x - m) s may be computed before the root, and m s / sqrt(v + e).
        double most = part.Kind == AffinePartKind.BatchNormalization ? 1e12 : 1e30;
        double least = part.Kind == AffinePartKind.Divide ? 1e-30 : 1e-24;
        IReadOnlyList<double[]> values = part.Values;
        return values.All(entries => Array.TrueForAll(entries, value => Math.Abs(value) <= most)) && part.Kind switch
        {
            AffinePartKind.Divide => Array.TrueForAll(values[0], value => Math.Abs(value) >= least),
            AffinePartKind.BatchNormalization => part.Epsilon >= 0
                && Array.TrueForAll(values[3], variance => variance >= 0 && variance + part.Epsilon >= least),
            _ => true,
        };
    }

    private static double ErrorOfEnd(double end) => double.IsInfinity(end) ? 0 : SingleArithmetic.ErrorOf(end);

    private static LayerCharge? Constant(double error, int width)
    {
        if (error == 0)
            return null;
        var errors = new double[width];
        Array.Fill(errors, error);
        return new() { Constants = errors };
    }
}
