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
}
