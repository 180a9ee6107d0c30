namespace ExactCompression.Tests.Certificates;

/// <summary>
/// Layers and boxes of numbers that cancel and absorb each other, one kind of them in a network, from a source of chance.
/// </summary>
internal sealed class CancellingNumbers
{
    private const int Kinds = 7;

    private readonly Random random;
    private readonly int kind;

    /// <summary>Draws a kind and a box.</summary>
    public CancellingNumbers(Random random, int inputs)
    {
        (this.random, kind) = (random, random.Next(Kinds));
        (Lower, Upper) = Box(random, kind, inputs);
    }

    /// <summary>The box's lower ends.</summary>
    public double[] Lower { get; }

    /// <summary>The box's upper ends.</summary>
    public double[] Upper { get; }

    /// <summary>A hidden layer.</summary>
    /// <param name="inputs">What it reads.</param>
    /// <param name="dead">Whether no neuron is ever above 0.</param>
    public AffineLayer Hidden(int inputs, bool dead)
    {
        // Biases that lift some neurons above 0 and sink others, so that every kind of evidence has something to stand on.
        double Bias(double reach) =>
            dead || random.Next(6) == 0 ? -2 * reach : random.Next(2) == 0 ? 2 * reach : random.Next(2) == 0 ? Number() : 0;
        return WithRadii(Layer(random.Next(1, 6), inputs, Bias, Activation.Relu));
    }

    /// <summary>A layer without radii; biases are made of the largest value that a row may reach.</summary>
    public AffineLayer Layer(int outputs, int inputs, Func<double, double> bias, Activation activation)
    {
        double[] weights = new double[outputs * inputs], biases = new double[outputs];
        for (int i = 0; i < outputs; i++)
        {
            double reach = 0;
            bool zero = random.Next(10) == 0;
            for (int j = 0; j < inputs; j++)
            {
                weights[(i * inputs) + j] = zero || random.Next(3) == 0 ? 0 : Number();
                reach += Math.Abs(weights[(i * inputs) + j])
                    * (inputs == Lower.Length
                        ? Math.Max(Math.Abs(Lower[Math.Min(j, Lower.Length - 1)]), Math.Abs(Upper[Math.Min(j, Upper.Length - 1)]))
                        : 1);
            }

            if (i > 0 && random.Next(5) == 0)
                weights.AsSpan((i - 1) * inputs, inputs).CopyTo(weights.AsSpan(i * inputs, inputs));
            biases[i] = activation == Activation.Relu ? bias(reach) : random.Next(2) == 0 ? 0 : Number();
        }

        double Finite(double value) => double.IsFinite(value) ? value : 0;
        return new(weights, Array.ConvertAll(biases, Finite), outputs, inputs, activation, WeightPrecision.Float64);
    }

    /// <summary>The layer, seldom with radii.</summary>
    public AffineLayer WithRadii(AffineLayer layer)
    {
        if (random.Next(8) > 0)
            return layer;
        double Radius(double value) => random.Next(3) == 0 ? 0 : Math.Abs(value) * Math.Pow(2, -random.Next(20, 52));
        return new(
            layer.Weights.ToArray(), layer.Bias.ToArray(), layer.Outputs, layer.Inputs, layer.Activation, WeightPrecision.Float64,
            Array.ConvertAll(layer.Weights.ToArray(), Radius), Array.ConvertAll(layer.Bias.ToArray(), Radius));
    }

    /// <summary>A box of inputs; some ends meet.</summary>
    private static (double[] Lower, double[] Upper) Box(Random random, int kind, int inputs)
    {
        double Near(double value) => kind == 5 || kind == 6 ? value : (float)value;
        (double[] lower, double[] upper) = (new double[inputs], new double[inputs]);
        for (int i = 0; i < inputs; i++)
        {
            double from = random.Next(3) == 0 ? -1 : 0, to = random.Next(8) == 0 ? from : random.Next(3) == 0 ? 2 * random.NextDouble() : 1;
            (lower[i], upper[i]) = (Math.Min(Near(from), Near(to)), Math.Max(Near(from), Near(to)));
        }

        return (lower, upper);
    }

    /// <summary>
    /// Ordinary numbers, thirds, magnitudes from 1e-20 to 1e20, numbers that absorb others, halves, and both ends of the range of doubles.
    /// </summary>
    public double Number()
    {
        double unit = (random.NextDouble() * 2) - 1;
        return kind switch
        {
            0 => unit,
            1 => unit * Math.Pow(10, random.Next(-20, 21)),
            2 => random.Next(3) == 0 ? 1e16 * random.Next(-2, 3) : random.Next(-3, 4) / 3.0,
            3 => random.Next(-4, 5) / 2.0,
            4 => unit * Math.Pow(10, 4 * random.Next(-5, 6)),
            5 => unit * Math.Pow(10, random.Next(-323, -100)),
            _ => unit * Math.Pow(10, random.Next(-300, 90)),
        };
    }
}
