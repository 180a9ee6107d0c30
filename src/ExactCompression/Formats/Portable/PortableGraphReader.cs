using ExactCompression.Networks;
using ExactCompression.Numerics;
using static ExactCompression.Formats.PortableInput;

namespace ExactCompression.Formats;

/// <summary>
/// Reads what <see cref="PortableGraphWriter"/> wrote. Each operator is checked against the values around it, its numbers must be finite,
/// and the values may not be larger than any network's.
/// </summary>
/// <param name="input">Where from.</param>
internal sealed class PortableGraphReader(PortableInput input)
{
    private const int LeastBytesOfInput = 1 + 4, LeastBytesOfNode = 1 + 1 + 4 + 4 + 1, LeastBytesOfOutput = 1 + 4, BytesOfInteger = 4;

    // A few bytes can state any shape, and searches allocate in proportion to it.
    private const long MostInputs = 1L << 24, MostElements = 1L << 27;

    private const int WindowNumbers = 10;

    private long elements;

    /// <summary>Reads a graph.</summary>
    public NetworkGraph Graph()
    {
        var inputs = new GraphInput[input.Count(LeastBytesOfInput)];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = new(input.Reader.ReadString(), Shape());
        Require(elements <= MostInputs, "The network has more inputs than can be searched.");
        var nodes = new GraphNode[input.Count(LeastBytesOfNode)];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int n = 0; n < nodes.Length; n++)
        {
            string name = input.Reader.ReadString(), valueName = input.Reader.ReadString();
            Require(names.Add(name), "Two nodes have one name.");
            int[] values = Integers();
            TensorShape shape = Shape();
            nodes[n] = new(name, Operator(), values, shape) { ValueName = valueName };
        }

        var outputs = new GraphOutput[input.Count(LeastBytesOfOutput)];
        for (int o = 0; o < outputs.Length; o++)
            outputs[o] = new(input.Reader.ReadString(), input.Reader.ReadInt32());
        return new(inputs, nodes, outputs);
    }

    private Operator Operator() => input.Choice<PortableOperator>() switch
    {
        PortableOperator.Dense => Dense(),
        PortableOperator.Convolution => Convolution(),
        PortableOperator.ScaleShift => ScaleShift(),
        PortableOperator.Sum => new SumOperator(Integers()),
        PortableOperator.Reduction => Reduction(),
        PortableOperator.MaxPool => new MaxPoolOperator(Geometry()),
        PortableOperator.AveragePool => new AveragePoolOperator(
            Geometry(), input.Flag(), (input.Reader.ReadInt32(), input.Reader.ReadInt32())),
        PortableOperator.Reshape => new ReshapeOperator(),
        PortableOperator.Select => Select(),
        PortableOperator.Transpose => new TransposeOperator(Integers()),
        PortableOperator.Concat => new ConcatOperator(input.Reader.ReadInt32()),
        PortableOperator.Constant => new ConstantOperator(Finite()),
        PortableOperator.Relu => new ReluOperator(),
        PortableOperator.LeakyRelu => LeakyRelu(),
        PortableOperator.Clip => Clip(),
        PortableOperator.HardSigmoid => Finite() is [var alpha, var beta]
            ? new HardSigmoidOperator(alpha, beta)
            : throw new InvalidDataException("A hard sigmoid has two numbers."),
        PortableOperator.Extremum => new ExtremumOperator(input.Flag()),
        PortableOperator.Smooth => new SmoothOperator(input.Flag()),
        _ => new OpaqueOperator(input.Reader.ReadString()) { Reason = input.Reader.ReadString(), Softmax = Softmax() },
    };

    private SoftmaxShape? Softmax() => Integers() switch
    {
        [] => null,
        [> 0 and var count, > 0 and var step, var logarithm] => new(count, step, logarithm == 1),
        _ => throw new InvalidDataException("A softmax has a number of elements and a step."),
    };

    private DenseOperator Dense()
    {
        var stored = input.Choice<WeightPrecision>();
        int inputs = input.Reader.ReadInt32();
        return new(Finite(), Finite(), inputs, stored) { WeightRadius = Radii(), BiasRadius = Radii() };
    }

    private double[]? Radii()
    {
        double[] radii = Finite();
        Require(Array.TrueForAll(radii, static r => r >= 0), "A radius is negative.");
        return radii.Length == 0 ? null : radii;
    }

    private ConvolutionOperator Convolution()
    {
        var stored = input.Choice<WeightPrecision>();
        int groups = input.Reader.ReadInt32();
        ConvolutionShape geometry = Geometry();
        return new(Finite(), Finite(), geometry, groups, stored);
    }

    private ScaleShiftOperator ScaleShift()
    {
        bool perChannel = input.Flag();
        AffinePart part = input.Part();
        if (part.Kind == AffinePartKind.BatchNormalization)
            Require(
                Array.TrueForAll(part.Values[3], v => v + part.Epsilon > 0), "A normalisation divides by a number that is not positive.");
        foreach (AffineMap map in part.Maps)
            AffineJoin.RequireFinite(map);
        return new(part, perChannel);
    }

    private ReductionOperator Reduction()
    {
        bool isMean = input.Flag();
        return new(Integers(), isMean);
    }

    private SelectOperator Select()
    {
        var indices = new int[]?[input.Count(1)];
        for (int a = 0; a < indices.Length; a++)
            indices[a] = input.Flag() ? Integers() : null;
        return new(indices);
    }

    private LeakyReluOperator LeakyRelu()
    {
        var activation = input.Choice<Activation>();
        double[] slopes = Finite();
        Require(
            activation is Activation.LeakyRelu or Activation.PRelu || (activation == Activation.Abs && slopes is [-1]),
            "The slopes are not those of the unit.");
        return new(slopes, activation);
    }

    private ClipOperator Clip()
    {
        double[] ends = input.Numbers();
        Require(
            ends is [< double.PositiveInfinity, > double.NegativeInfinity],
            "The ends of a clip are invalid.");
        return new(ends[0], ends[1]);
    }

    private ConvolutionShape Geometry()
    {
        int[] n = Integers();
        Require(n.Length == WindowNumbers, "Windows are not described by ten numbers.");
        return new(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]);
    }

    private TensorShape Shape()
    {
        var shape = new TensorShape(Integers());
        elements += shape.Elements;
        Require(elements <= MostElements, "The network has more values than can be searched.");
        return shape;
    }

    private double[] Finite()
    {
        double[] numbers = input.Numbers();
        Require(Array.TrueForAll(numbers, double.IsFinite), "A number is not finite.");
        return numbers;
    }

    private int[] Integers() => input.Values<int>(input.Count(BytesOfInteger));
}
