using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Training;

/// <summary>
/// The loss of a network with convolutions in double, position by position as the formulas say, with BatchNormalization over the batch as
/// in training: the oracle of the quick one. Slopes are differences of losses.
/// </summary>
internal sealed class PlainConvolutions
{
    private readonly NetworkGraph graph;
    private readonly double[][][] parameters;

    public PlainConvolutions(ReluNetwork network)
    {
        graph = network.Graph!;
        parameters = [.. graph.Nodes.Select(static n => Parameters(n.Operator))];
    }

    /// <summary>The numbers that are trained: weights and biases, or scales and shifts; empty for other nodes.</summary>
    public static double[][] Parameters(Operator op) => op switch
    {
        ConvolutionOperator c => [[.. c.Filters], [.. c.Bias]],
        DenseOperator d => [[.. d.Weights], [.. d.Bias]],
        ScaleShiftOperator s => [[.. s.Part.Values[0]], [.. s.Part.Values[1]]],
        _ => [],
    };

    /// <summary>Mean cross-entropy of some rows as one batch.</summary>
    public double Loss(InputData data, IReadOnlyList<int> rows)
    {
        double[][] values = [.. rows.Select(r => data.Row(r).ToArray().Select(static v => (double)v).ToArray())];
        TensorShape shape = graph.Inputs[0].Shape;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            double[][] own = parameters[n];
            values = node.Operator switch
            {
                ConvolutionOperator c => [.. values.Select(v => Convolve(v, shape, node.Shape, c.Geometry, own))],
                DenseOperator => [.. values.Select(v => Enumerable.Range(0, node.Shape.Elements).Select(
                    o => own[1][o] + v.Select((x, i) => x * own[0][(o * v.Length) + i]).Sum()).ToArray())],
                ScaleShiftOperator s => Normalise(values, node.Shape[0], own, s.Part.Epsilon),
                ReluOperator => [.. values.Select(static v => Array.ConvertAll(v, static x => Math.Max(0, x)))],
                ReshapeOperator => values,
                _ => throw new InvalidOperationException(node.Operator.Name),
            };
            shape = node.Shape;
        }

        return rows.Select((r, i) => Math.Log(values[i].Sum(Math.Exp)) - values[i][data.Labels.Span[r]]).Average();
    }

    /// <summary>The derivative of the loss by a number.</summary>
    public double Slope(InputData data, IReadOnlyList<int> rows, int node, int kind, int index)
    {
        const double h = 1e-6;
        double[] own = parameters[node][kind];
        double was = own[index];
        own[index] = was + h;
        double above = Loss(data, rows);
        own[index] = was - h;
        double below = Loss(data, rows);
        own[index] = was;
        return (above - below) / (2 * h);
    }

    private static double[] Convolve(double[] x, TensorShape from, TensorShape to, ConvolutionShape window, double[][] own)
    {
        var results = new double[to.Elements];
        for (int o = 0, at = 0; o < to[0]; o++)
        {
            for (int row = 0; row < to[1]; row++)
            {
                for (int column = 0; column < to[2]; column++, at++)
                {
                    results[at] = own[1][o];
                    for (int c = 0; c < from[0]; c++)
                    {
                        for (int i = 0; i < window.KernelHeight; i++)
                        {
                            for (int j = 0; j < window.KernelWidth; j++)
                            {
                                int y = (row * window.StrideRows) + i - window.PadTop;
                                int z = (column * window.StrideColumns) + j - window.PadLeft;
                                if (y >= 0 && y < from[1] && z >= 0 && z < from[2])
                                    results[at] += x[(((c * from[1]) + y) * from[2]) + z]
                                        * own[0][(((((o * from[0]) + c) * window.KernelHeight) + i) * window.KernelWidth) + j];
                            }
                        }
                    }
                }
            }
        }

        return results;
    }

    private static double[][] Normalise(double[][] values, int channels, double[][] own, double epsilon)
    {
        int plane = values[0].Length / channels;
        double[][] results = [.. values.Select(static v => new double[v.Length])];
        for (int c = 0; c < channels; c++)
        {
            double[] all = [.. values.SelectMany(v => v.Skip(c * plane).Take(plane))];
            double mean = all.Average(), variance = all.Average(z => (z - mean) * (z - mean));
            for (int r = 0; r < values.Length; r++)
            {
                for (int i = c * plane; i < (c + 1) * plane; i++)
                    results[r][i] = (own[0][c] * (values[r][i] - mean) / Math.Sqrt(variance + epsilon)) + own[1][c];
            }
        }

        return results;
    }
}
