using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>A network's weights as whole numbers: doubles are dyadic, so a power of two for each layer clears all denominators.</summary>
internal sealed class DyadicLayers
{
    private readonly BigInteger[][][] weights;
    private readonly BigInteger[][] biases;
    private readonly bool[] rectified;

    public DyadicLayers(ReluNetwork network)
    {
        int layers = network.Layers.Count;
        (weights, biases, rectified, Scale) = (new BigInteger[layers][][], new BigInteger[layers][], new bool[layers], new int[layers]);
        int before = 0;
        for (int l = 0; l < layers; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
            double[] all = layer.Weights.ToArray(), bias = layer.Bias.ToArray();
            int own = Math.Max(all.Select(Fraction).DefaultIfEmpty().Max(), bias.Select(Fraction).DefaultIfEmpty().Max() - before);
            weights[l] = [.. all.Chunk(Math.Max(1, layer.Inputs)).Select(row => Array.ConvertAll(row, w => Scaled(w, own)))];
            Scale[l] = before += own;
            biases[l] = Array.ConvertAll(bias, b => Scaled(b, before));
            rectified[l] = layer.Activation == Activation.Relu;
        }
    }

    public int Count => weights.Length;

    /// <summary>The binary places of what each layer gives: its whole numbers are the true ones times two to this.</summary>
    public int[] Scale { get; }

    public bool IsRectified(int layer) => rectified[layer];

    /// <summary>What a layer makes of affine functions, given by their coefficients with the constant last.</summary>
    public BigInteger[][] Apply(int layer, BigInteger[][] values, int size)
    {
        var results = new BigInteger[biases[layer].Length][];
        for (int i = 0; i < results.Length; i++)
        {
            var sum = new BigInteger[size + 1];
            for (int j = 0; j < values.Length; j++)
            {
                if (weights[layer][i][j].IsZero)
                    continue;
                for (int k = 0; k <= size; k++)
                    sum[k] += weights[layer][i][j] * values[j][k];
            }

            sum[size] += biases[layer][i];
            results[i] = sum;
        }

        return results;
    }

    /// <summary>How many binary places a double has behind the point.</summary>
    public static int Fraction(double value)
    {
        (long mantissa, int exponent) = Parts(value);
        return mantissa == 0 ? 0 : Math.Max(0, -(exponent + BitOperations.TrailingZeroCount(mantissa)));
    }

    /// <summary>A double times a power of two that makes it whole.</summary>
    public static BigInteger Scaled(double value, int places)
    {
        (long mantissa, int exponent) = Parts(value);
        int shift = exponent + places, zeros = mantissa == 0 ? 0 : BitOperations.TrailingZeroCount(mantissa);
        return shift >= 0 ? new BigInteger(mantissa) << shift
            : -shift <= zeros || mantissa == 0 ? new BigInteger(mantissa >> Math.Min(-shift, 63))
            : throw new ArgumentOutOfRangeException(nameof(places));
    }

    private static (long Mantissa, int Exponent) Parts(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value));
        long bits = BitConverter.DoubleToInt64Bits(value), mantissa = bits & 0xF_FFFF_FFFF_FFFF;
        int exponent = (int)((bits >> 52) & 0x7FF);
        if (exponent > 0)
            mantissa |= 1L << 52;
        return (bits < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075);
    }
}
