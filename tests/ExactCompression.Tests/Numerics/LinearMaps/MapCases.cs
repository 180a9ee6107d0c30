using CsCheck;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Numerics;

/// <summary>Draws linear maps of each kind.</summary>
internal static class MapCases
{
    /// <summary>A seed and the number of rows.</summary>
    public static readonly Gen<(int Rows, int Seed)> Seeds = Gen.Select(Gen.OneOf(Gen.Int[1, 20], Gen.Int[1, 40]), Gen.Int);

    /// <summary>A convolution: over one axis or two, grouped, depthwise, strided, dilated, with pads larger than needed.</summary>
    public static ConvolutionMap Convolution(Random random)
    {
        while (true)
        {
            bool line = random.Next(4) == 0;
            int groups = random.Next(3) == 0 ? random.Next(2, 5) : 1;
            bool depthwise = groups > 1 && random.Next(2) == 0;
            int depth = depthwise ? 1 : random.Next(1, 10), width = depthwise ? 1 : random.Next(1, 14);
            int limit = random.Next(3) == 0 ? 20 : 9;
            MapShape input = new(groups * depth, line ? 1 : random.Next(1, limit), random.Next(1, limit));
            ConvolutionShape shape = new(
                line ? 1 : random.Next(1, 5),
                random.Next(1, 5),
                random.Next(1, 4),
                random.Next(1, 4),
                line ? 0 : random.Next(0, 4),
                random.Next(0, 4),
                line ? 0 : random.Next(0, 4),
                random.Next(0, 4),
                random.Next(1, 4),
                random.Next(1, 4));
            int reachRows = shape.DilationRows * (shape.KernelHeight - 1), reachColumns = shape.DilationColumns * (shape.KernelWidth - 1);
            if (input.Height + shape.PadTop + shape.PadBottom <= reachRows || input.Width + shape.PadLeft + shape.PadRight <= reachColumns)
                continue;
            double[] filters = Integers(random, groups * width * depth * shape.KernelHeight * shape.KernelWidth);
            return new(filters, groups * width, input, shape, groups);
        }
    }

    /// <summary>A depthwise convolution with a kernel of 3 x 3, over planes small and large, with any pads.</summary>
    public static ConvolutionMap DepthwiseThreeByThree(Random random)
    {
        while (true)
        {
            int channels = random.Next(1, 8), stride = random.Next(1, 3), limit = random.Next(4) == 0 ? 28 : 10;
            MapShape input = new(channels, random.Next(1, limit), random.Next(1, limit));
            ConvolutionShape shape =
                new(3, 3, stride, stride, random.Next(0, 4), random.Next(0, 4), random.Next(0, 4), random.Next(0, 4));
            if (shape.OutputHeight(input.Height) > 0 && shape.OutputWidth(input.Width) > 0
                && input.Height + shape.PadTop + shape.PadBottom >= 3 && input.Width + shape.PadLeft + shape.PadRight >= 3)
                return new(Integers(random, channels * 9), channels, input, shape, channels);
        }
    }

    /// <summary>Two wide convolutions with a stride of 1: groups of one give a channel or two, those of the other take as many.</summary>
    public static (ConvolutionMap Forward, ConvolutionMap Transpose) FewTargets(Random random)
    {
        int groups = random.Next(1, 3), few = random.Next(1, 3), many = random.Next(1, 7);
        int height = random.Next(1, 12), width = random.Next(22, 40), rows = random.Next(1, 7), columns = random.Next(1, 7);
        ConvolutionShape shape =
            new(rows, columns, 1, 1, random.Next(rows - 1, rows + 2), random.Next(0, 4), random.Next(0, 4), random.Next(0, 4));
        double[] filters = Integers(random, groups * few * many * rows * columns);
        return (
            new(filters, groups * few, new(groups * many, height, width), shape, groups),
            new(filters, groups * many, new(groups * few, height, width), shape, groups));
    }

    public static SelectionMap Selection(Random random)
    {
        MapShape input = Shape(random);
        return new(input, Indices(random, input.Channels), Indices(random, input.Height), Indices(random, input.Width), random.Next(-3, 4));
    }

    public static DiagonalMap Diagonal(Random random)
    {
        MapShape shape = Shape(random);
        return random.Next(2) == 0 ? new(shape, random.Next(-1, 3)) : new(shape, Integers(random, shape.Count));
    }

    public static DenseMap Dense(Random random)
    {
        MapShape input = Shape(random), output = Shape(random);
        return new(Integers(random, input.Count * output.Count), output, input);
    }

    public static SparseMap Sparse(Random random)
    {
        MapShape input = Shape(random), output = Shape(random);
        var starts = new int[output.Count + 1];
        var columns = new List<int>();
        double share = random.NextDouble() * random.NextDouble();
        for (int i = 0; i < output.Count; i++)
        {
            for (int column = 0; column < input.Count; column++)
            {
                if (random.NextDouble() < share)
                    columns.Add(column);
            }

            starts[i + 1] = columns.Count;
        }

        return new(output, input, starts, [.. columns], Integers(random, columns.Count));
    }

    private static MapShape Shape(Random random) => new(random.Next(1, 7), random.Next(1, 7), random.Next(1, 12));

    private static int[] Indices(Random random, int count)
    {
        int kind = random.Next(3), length = random.Next(1, count + 3);
        return kind == 0
            ? [.. Enumerable.Range(0, count)]
            : kind == 1
                ? [.. Enumerable.Range(random.Next(count), length).Select(i => i < count ? i : -1)]
                : [.. Enumerable.Range(0, length).Select(_ => random.Next(-1, count))];
    }

    private static double[] Integers(Random random, int count)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = random.Next(-9, 10);
        return values;
    }
}
