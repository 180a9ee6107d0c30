using System.Globalization;
using System.Numerics;
using System.Text;
using ExactCompression.Networks;

namespace ExactCompression.Milp;

/// <summary>
/// Which hidden neurons are on, and an inner input of that linear region of the network. On means a pre-activation above 0.
/// </summary>
public sealed class ActivationPattern
{
    private readonly bool[] active;
    private readonly int[] offsets;

    internal ActivationPattern(ReluNetwork network, int number, bool[] active, double[] input)
    {
        Network = network;
        Number = number;
        Input = input;
        this.active = active;
        offsets = new NeuronLayout(network).Offsets;
    }

    /// <summary>The network.</summary>
    public ReluNetwork Network { get; }

    /// <summary>1 for the first pattern found, 2 for the next.</summary>
    public int Number { get; }

    /// <summary>
    /// An input of the domain with this pattern: the sign of each neuron is proven there, unless it is stably inactive or 0 throughout the
    /// region. Where <see cref="IsInputInside"/> is false it is only the double nearest to such an input.
    /// </summary>
    public double[] Input { get; }

    /// <summary>
    /// Whether <see cref="Input"/> lies in the region. It does not where the region is so thin that it contains no input of doubles;
    /// <see cref="ExactInput"/> always does.
    /// </summary>
    public bool IsInputInside { get; init; } = true;

    /// <summary>
    /// An inner point of the region as reduced fractions such as <c>1/3</c>, one an input, where the regions were enumerated in
    /// exact arithmetic; else empty.
    /// </summary>
    public IReadOnlyList<string> ExactInput =>
        [.. Middle.Select(static x => x.Denominator.IsOne ? Digits(x.Numerator) : $"{Digits(x.Numerator)}/{Digits(x.Denominator)}")];

    /// <summary>Numerator and denominator of each input of an inner point; empty for none.</summary>
    internal (BigInteger Numerator, BigInteger Denominator)[] Middle { get; init; } = [];

    /// <summary>How many hidden neurons are on.</summary>
    public int ActiveNeurons => active.Count(static a => a);

    /// <summary>One digit a neuron, 1 for on, with a bar between layers.</summary>
    public string Pattern
    {
        get
        {
            var text = new StringBuilder();
            for (int i = 0, layer = 1; i < active.Length; i++)
            {
                if (i == offsets[layer])
                {
                    text.Append('|');
                    layer++;
                }

                text.Append(active[i] ? '1' : '0');
            }

            return text.ToString();
        }
    }

    /// <summary>Whether a neuron is on.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    /// <param name="neuron">0-based neuron.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such neuron.</exception>
    public bool IsActive(int layer, int neuron)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(neuron);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(neuron, Network.WidthOf(layer));
        return active[offsets[layer - 1] + neuron];
    }

    /// <inheritdoc/>
    public override string ToString() => Pattern;

    private static string Digits(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}
