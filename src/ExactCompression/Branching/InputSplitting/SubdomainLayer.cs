using ExactCompression.Bounds;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// One layer as used by bounds over subdomains of the input box.
/// </summary>
internal sealed class SubdomainLayer
{
    /// <summary>Prepares a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">Range of its inputs on the whole box.</param>
    /// <param name="error">For each neuron, what a coefficient of size 1 on its pre-activation can lose to rounding anywhere in the whole
    /// box.</param>
    /// <param name="gamma">Relative error of the sums that make up the constant of a row.</param>
    /// <param name="loss">What a row of this layer can lose to underflow in the layers below.</param>
    public SubdomainLayer(AffineLayer layer, ActivationRange input, double[] error, double gamma, double loss)
    {
        Map = layer;
        Gamma = gamma;
        Bias = [.. layer.Bias.Span];
        Charge = new double[layer.Outputs];
        Start = new double[layer.Outputs];
        for (int i = 0; i < layer.Outputs; i++)
        {
            double ofBias = (gamma * Math.Abs(Bias[i])) + Rounding.Underflow;
            Charge[i] = error[i] + ofBias;
            Start[i] = ((input.RadiusOf(layer, i) + ofBias) * (1 + 1e-9)) + loss;
        }
    }

    /// <summary>The layer.</summary>
    public AffineLayer Map { get; }

    /// <summary>The biases.</summary>
    public double[] Bias { get; }

    /// <summary>
    /// For each neuron, what a coefficient of size 1 on its pre-activation is charged: the rounding errors of its pass through the layer,
    /// and of its bias in the sum of constants.
    /// </summary>
    public double[] Charge { get; }

    /// <summary>For each neuron, what a row that starts from it is charged initially.</summary>
    public double[] Start { get; }

    /// <summary>Relative error of the sums that make up the constant of a row.</summary>
    public double Gamma { get; }
}
