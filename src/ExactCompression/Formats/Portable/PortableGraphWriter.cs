using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Writes graphs of operators as <see cref="PortableForm"/> has them.</summary>
/// <param name="writer">Where to.</param>
/// <param name="numbers">Writes a vector of numbers.</param>
/// <param name="part">Writes an operation of a file.</param>
internal sealed class PortableGraphWriter(BinaryWriter writer, Action<double[]> numbers, Action<AffinePart> part)
{
    /// <summary>Writes a graph.</summary>
    /// <param name="graph">The graph.</param>
    public void Graph(NetworkGraph graph)
    {
        writer.Write(graph.Inputs.Count);
        foreach (GraphInput input in graph.Inputs)
        {
            writer.Write(input.Name);
            Integers([.. input.Shape]);
        }

        writer.Write(graph.Nodes.Count);
        foreach (GraphNode node in graph.Nodes)
        {
            writer.Write(node.Name);
            writer.Write(node.ValueName);
            Integers(node.Inputs);
            Integers([.. node.Shape]);
            Operator(node.Operator);
        }

        writer.Write(graph.Outputs.Count);
        foreach (GraphOutput output in graph.Outputs)
        {
            writer.Write(output.Name);
            writer.Write(output.Value);
        }
    }

    private void Operator(Operator op)
    {
        writer.Write((byte)PortableOperators.Of(op));
        switch (op)
        {
            case DenseOperator dense:
                writer.Write((byte)dense.Stored);
                writer.Write(dense.Inputs);
                numbers(dense.Weights);
                numbers(dense.Bias);
                numbers(dense.WeightRadius ?? []);
                numbers(dense.BiasRadius ?? []);
                break;
            case ConvolutionOperator convolution:
                writer.Write((byte)convolution.Stored);
                writer.Write(convolution.Groups);
                Geometry(convolution.Geometry);
                numbers(convolution.Filters);
                numbers(convolution.Bias);
                break;
            case ScaleShiftOperator scale:
                writer.Write(scale.PerChannel);
                part(scale.Part);
                break;
            case SumOperator sum:
                Integers(sum.Signs);
                break;
            case ReductionOperator reduction:
                writer.Write(reduction.IsMean);
                Integers(reduction.Axes);
                break;
            case MaxPoolOperator pool:
                Geometry(pool.Geometry);
                break;
            case AveragePoolOperator pool:
                Geometry(pool.Geometry);
                writer.Write(pool.CountsPadding);
                writer.Write(pool.Padded.Bottom);
                writer.Write(pool.Padded.Right);
                break;
            case SelectOperator select:
                writer.Write(select.Indices.Count);
                foreach (int[]? indices in select.Indices)
                {
                    writer.Write(indices is not null);
                    if (indices is not null)
                        Integers(indices);
                }

                break;
            case TransposeOperator transpose:
                Integers(transpose.Permutation);
                break;
            case ConcatOperator concat:
                writer.Write(concat.Axis);
                break;
            case ConstantOperator constant:
                numbers(constant.Values);
                break;
            case LeakyReluOperator leaky:
                writer.Write((byte)leaky.Activation);
                numbers(leaky.Slopes);
                break;
            case ClipOperator clip:
                numbers([clip.Lower, clip.Upper]);
                break;
            case HardSigmoidOperator hard:
                numbers([hard.Alpha, hard.Beta]);
                break;
            case ExtremumOperator extremum:
                writer.Write(extremum.IsMaximum);
                break;
            case SmoothOperator smooth:
                writer.Write(smooth.IsTanh);
                break;
            case OpaqueOperator opaque:
                writer.Write(opaque.Name);
                writer.Write(opaque.Reason);
                Integers(opaque.Softmax is { } softmax ? [softmax.Count, softmax.Step, softmax.IsLogarithm ? 1 : 0] : []);
                break;
        }
    }

    private void Geometry(ConvolutionShape geometry) => Integers(
        [geometry.KernelHeight, geometry.KernelWidth, geometry.StrideRows, geometry.StrideColumns, geometry.PadTop, geometry.PadLeft,
            geometry.PadBottom, geometry.PadRight, geometry.DilationRows, geometry.DilationColumns]);

    private void Integers(IReadOnlyList<int> values)
    {
        writer.Write(values.Count);
        foreach (int value in values)
            writer.Write(value);
    }
}
