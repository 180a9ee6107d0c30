using System.Security.Cryptography;
using System.Text;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>The part of a fingerprint that a graph contributes: its shapes, operators and weights, without names.</summary>
internal static class GraphFingerprint
{
    /// <summary>Adds a graph to a hash.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="graph">The graph.</param>
    public static void Append(IncrementalHash hash, NetworkGraph graph)
    {
        foreach (GraphInput input in graph.Inputs)
            Text(hash, $"input {input.Shape}");
        foreach (GraphNode node in graph.Nodes)
        {
            Text(hash, $"{node.Operator.GetType().Name} {string.Join(',', node.Inputs)} {node.Shape}");
            Append(hash, node.Operator);
        }

        foreach (GraphOutput output in graph.Outputs)
            Text(hash, $"output {output.Value}");
    }

    private static void Append(IncrementalHash hash, Operator op)
    {
        switch (op)
        {
            case DenseOperator dense:
                Numbers(hash, dense.Weights, dense.Bias);
                break;
            case ConvolutionOperator convolution:
                Text(hash, $"{Show(convolution.Geometry)} {convolution.Groups}");
                Numbers(hash, convolution.Filters, convolution.Bias);
                break;
            case ScaleShiftOperator scale:
                Text(hash, $"{scale.Part.Kind} {scale.PerChannel}");
                Numbers(hash, [.. scale.Part.Values, [scale.Part.Epsilon]]);
                break;
            case MaxPoolOperator pool:
                Text(hash, Show(pool.Geometry));
                break;
            case AveragePoolOperator pool:
                Text(hash, $"{Show(pool.Geometry)} {pool.CountsPadding} {pool.Padded}");
                break;
            case SumOperator sum:
                Text(hash, string.Join(',', sum.Signs));
                break;
            case ReductionOperator reduction:
                Text(hash, $"{string.Join(',', reduction.Axes)} {reduction.IsMean}");
                break;
            case SelectOperator select:
                Text(hash, string.Join(';', select.Indices.Select(static axis => axis is null ? "all" : string.Join(',', axis))));
                break;
            case TransposeOperator transpose:
                Text(hash, string.Join(',', transpose.Permutation));
                break;
            case ConcatOperator concat:
                Text(hash, FormattableString.Invariant($"{concat.Axis}"));
                break;
            case ConstantOperator constant:
                Numbers(hash, constant.Values);
                break;
            case LeakyReluOperator leaky:
                Text(hash, leaky.Activation.ToString());
                Numbers(hash, leaky.Slopes);
                break;
            case ClipOperator clip:
                Numbers(hash, [clip.Lower, clip.Upper]);
                break;
            case HardSigmoidOperator hard:
                Numbers(hash, [hard.Alpha, hard.Beta]);
                break;
            case ExtremumOperator extremum:
                Text(hash, extremum.Name);
                break;
            case SmoothOperator smooth:
                Text(hash, smooth.Name);
                break;
            case OpaqueOperator opaque:
                Text(hash, opaque.Name);
                break;
            default:
                break; // reshapes and ReLUs say all by their kind
        }
    }

    private static string Show(ConvolutionShape shape) => FormattableString.Invariant(
        $"{shape.KernelHeight} {shape.KernelWidth} {shape.StrideRows} {shape.StrideColumns} {shape.PadTop} {shape.PadLeft} ")
        + FormattableString.Invariant($"{shape.PadBottom} {shape.PadRight} {shape.DilationRows} {shape.DilationColumns}");

    private static void Text(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));

    private static void Numbers(IncrementalHash hash, params ReadOnlySpan<double[]> arrays)
    {
        foreach (double[] values in arrays)
            HashedNumbers.Append(hash, values);
    }
}
