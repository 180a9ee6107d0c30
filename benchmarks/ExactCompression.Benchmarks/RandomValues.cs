using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Benchmarks;

/// <summary>Matrices and networks for timing: the same in every run.</summary>
internal static class RandomValues
{
    /// <summary>Values in [-1, 1], each exact in float32.</summary>
    public static T[] Draw<T>(int count, int seed)
        where T : unmanaged
    {
        var random = new Random(seed);
        var values = new T[count];
        for (int i = 0; i < count; i++)
        {
            float value = (2 * random.NextSingle()) - 1;
            values[i] = typeof(T) == typeof(float) ? (T)(object)value : (T)(object)(double)value;
        }

        return values;
    }

    /// <summary>A rectifier network whose weights preserve the magnitude of the activations from layer to layer.</summary>
    /// <param name="widths">Input size, hidden widths, output size.</param>
    public static ReluNetwork Network(params int[] widths)
    {
        var layers = new AffineLayer[widths.Length - 1];
        for (int l = 0; l < layers.Length; l++)
        {
            int inputs = widths[l], outputs = widths[l + 1];
            double scale = Math.Sqrt(6.0 / inputs);
            double[] weights = Array.ConvertAll(Draw<double>(outputs * inputs, seed: 10 + l), w => (double)(float)(scale * w));
            layers[l] = new(
                weights, Draw<double>(outputs, seed: 100 + l), outputs, inputs,
                l + 1 < layers.Length ? Activation.Relu : Activation.Identity);
        }

        return new(layers, string.Join('-', widths));
    }

    /// <summary>
    /// A convolutional network on square images of one channel, whose weights preserve magnitudes likewise: filters of 3 x 3, the
    /// first over all positions and each further over every second, then 64 dense neurons.
    /// </summary>
    /// <param name="inputs">Elements of an image.</param>
    /// <param name="channels">Channels of each convolution.</param>
    /// <returns>Null where the image is no square.</returns>
    public static ReluNetwork? Images(int inputs, int[] channels)
    {
        int side = (int)Math.Sqrt(inputs), depth = 1, seed = 200;
        if (side * side != inputs)
            return null;
        var builder = new GraphBuilder();
        int value = builder.AddInput("image", new(1, side, side));
        for (int l = 0; l < channels.Length; l++)
        {
            int step = l == 0 ? 1 : 2;
            ConvolutionShape geometry = new(3, 3, step, step, 1, 1, 1, 1);
            side = geometry.OutputHeight(side);
            TensorShape shape = new(channels[l], side, side);
            var filters = new ConvolutionOperator(Weights(channels[l], 9 * depth), Draw<double>(channels[l], seed++), geometry);
            value = builder.Add(new ReluOperator(), shape, "", "", builder.Add(filters, shape, "", "", value));
            depth = channels[l];
        }

        int elements = depth * side * side;
        value = builder.Add(new ReshapeOperator(), new(elements), "", "", value);
        value = builder.Add(new DenseOperator(Weights(64, elements), Draw<double>(64, seed++), elements), new(64), "", "", value);
        value = builder.Add(new ReluOperator(), new(64), "", "", value);
        builder.AddOutput("y", builder.Add(new DenseOperator(Weights(10, 64), Draw<double>(10, seed++), 64), new(10), "", "", value));
        return new(builder.Build(), $"conv {string.Join('-', channels)}-64");

        double[] Weights(int outputs, int fanIn) =>
            Array.ConvertAll(Draw<double>(outputs * fanIn, seed++), w => (double)(float)(Math.Sqrt(6.0 / fanIn) * w));
    }
}
