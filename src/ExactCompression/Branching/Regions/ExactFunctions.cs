using System.Numerics;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// The affine functions of <see cref="RegionFunctions"/> without any rounding, computed where they are asked for. Many are numbers that
/// double can hold, in networks of simple weights all of them: then they need not be computed again.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="values">The coefficients in double, of all elements.</param>
/// <param name="isOn">Whether each element gives its pre-activation on the current path, else 0.</param>
internal sealed class ExactFunctions(RegionNetwork network, double[] values, bool[] isOn)
{
    private readonly Dyadic[]?[] functions = new Dyadic[network.Elements][];
    private readonly BigInteger[]?[] integers = new BigInteger[network.Elements][];

    /// <summary>1 where the coefficients in double are exact, -1 where they are not, 0 where it is not known.</summary>
    private readonly sbyte[] inDoubles = new sbyte[network.Elements];

    private readonly bool[] isTouched = new bool[network.Layers.Count];
    private readonly int inputs = network.Layers[0].First;

    /// <summary>Forgets a layer's functions, since other phases have been fixed below.</summary>
    /// <param name="layer">The layer.</param>
    public void Forget(RegionLayer layer)
    {
        int at = IndexOf(layer.First);
        if (!isTouched[at])
            return;
        isTouched[at] = false;
        Array.Clear(functions, layer.First, layer.Width);
        Array.Clear(integers, layer.First, layer.Width);
        Array.Clear(inDoubles, layer.First, layer.Width);
    }

    /// <summary>An element's pre-activation in integers without a common power of two: coefficients, then the constant.</summary>
    /// <param name="place">The element's place.</param>
    public BigInteger[] Of(int place) => integers[place] ??= Dyadic.ToIntegers(FunctionOf(place));

    /// <summary>Whether the coefficients of an element's pre-activation in double have no error.</summary>
    /// <param name="place">The element's place.</param>
    public bool IsInDoubles(int place)
    {
        if (place < inputs)
            return true;
        if (inDoubles[place] == 0)
        {
            int at = IndexOf(place);
            isTouched[at] = true;
            inDoubles[place] = (sbyte)(HasNoRounding(network.Layers[at], place) ? 1 : -1);
        }

        return inDoubles[place] > 0;
    }

    private Dyadic[] FunctionOf(int place)
    {
        if (functions[place] is { } known)
            return known;
        int size = network.Inputs.Length;
        var sum = new Dyadic[size + 1];
        if (IsInDoubles(place))
        {
            for (int k = 0; k <= size; k++)
                sum[k] = values[(place * network.Stride) + k];
        }
        else
        {
            int at = IndexOf(place);
            isTouched[at] = true;
            RegionLayer layer = network.Layers[at];
            int element = place - layer.First;
            ReadOnlySpan<int> columns = layer.ColumnsOf(element);
            ReadOnlySpan<double> weights = layer.WeightsOf(element);
            sum[size] = layer.Bias.Span[element];
            for (int j = 0; j < columns.Length; j++)
            {
                if (!isOn[columns[j]])
                    continue;
                Dyadic[] from = FunctionOf(columns[j]);
                for (int k = 0; k <= size; k++)
                    sum[k] += (Dyadic)weights[j] * from[k];
            }
        }

        return functions[place] = sum;
    }

    /// <summary>Whether no product and no sum was rounded on the way to an element's coefficients.</summary>
    private bool HasNoRounding(RegionLayer layer, int place)
    {
        int element = place - layer.First, size = network.Inputs.Length, stride = network.Stride;
        ReadOnlySpan<int> columns = layer.ColumnsOf(element);
        ReadOnlySpan<double> weights = layer.WeightsOf(element);
        foreach (int column in columns)
        {
            if (isOn[column] && !IsInDoubles(column))
                return false;
        }

        for (int k = 0; k <= size; k++)
        {
            double sum = k == size ? layer.Bias.Span[element] : 0;
            for (int j = 0; j < columns.Length; j++)
            {
                if (isOn[columns[j]] && !TryAdd(ref sum, weights[j], values[(columns[j] * stride) + k]))
                    return false;
            }

            if (sum != values[(place * stride) + k])
                return false;
        }

        return true;
    }

    /// <summary>Adds a product without any rounding, where that is possible.</summary>
    private static bool TryAdd(ref double sum, double weight, double value)
    {
        if (weight == 0 || value == 0)
            return true;
        double product = weight * value;
        if (!double.IsFinite(product) || Math.Abs(product) < Rounding.UnderflowRisk
            || Math.FusedMultiplyAdd(weight, value, -product) != 0)
            return false;
        double total = sum + product, back = total - sum;
        if (!double.IsFinite(total) || (sum - (total - back)) + (product - back) != 0)
            return false;
        sum = total;
        return true;
    }

    private int IndexOf(int place)
    {
        IReadOnlyList<RegionLayer> layers = network.Layers;
        int low = 0, high = layers.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (layers[middle].First <= place)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
