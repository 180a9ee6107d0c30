using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>
/// BatchNormalization of channels in training (Ioffe and Szegedy, 2015): <c>y = scale (z - mean) / sqrt(variance + epsilon) + shift</c>,
/// with mean and variance of the batch. Rows are gone through in pieces, with sums of all rows in between; running means make the network.
/// </summary>
/// <remarks>
/// Sums are taken row by row, each by one thread, and then over the rows in their order: results do not depend on the number of threads.
/// </remarks>
internal sealed unsafe class ChannelNormalisation : IDisposable
{
    /// <summary>What is added to the variance, as a float32 file states it.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>The weight of a batch in the running means.</summary>
    private const double Memory = 0.1;

    private readonly int channels;
    private readonly int width;
    private readonly int positions;
    private readonly PackedMatrix<float>[] parameters;
    private readonly PackedMatrix<float>[] first;
    private readonly PackedMatrix<float>[]? second;
    private readonly double[] sums;
    private readonly float* mean;
    private readonly float* inverse;
    private readonly float* slopeOfShift;
    private readonly float* slopeOfScale;
    private readonly double[] runningMean;
    private readonly double[] runningVariance;

    /// <summary>Takes the memory; scales are 1, shifts 0.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="positions">Positions of each.</param>
    /// <param name="batch">Most rows.</param>
    /// <param name="hasSecondMoment">Whether the optimizer keeps a second moment.</param>
    public ChannelNormalisation(int channels, int positions, int batch, bool hasSecondMoment)
    {
        (this.channels, this.positions) = (channels, positions);
        width = TrainingLayer.Padded(channels);
        parameters = [PackedMatrix<float>.Zeros(1, width), PackedMatrix<float>.Zeros(1, width)];
        first = [PackedMatrix<float>.Zeros(1, width), PackedMatrix<float>.Zeros(1, width)];
        second = hasSecondMoment ? [PackedMatrix<float>.Zeros(1, width), PackedMatrix<float>.Zeros(1, width)] : null;
        new Span<float>(Scale, channels).Fill(1);
        sums = new double[2 * batch * width];
        mean = TrainingMemory.Allocate(width);
        inverse = TrainingMemory.Allocate(width);
        slopeOfShift = TrainingMemory.Allocate(width);
        slopeOfScale = TrainingMemory.Allocate(width);
        Values = TrainingMemory.Allocate((nint)batch * positions * width);
        runningMean = new double[channels];
        runningVariance = [.. Enumerable.Repeat(1.0, channels)];
    }

    /// <summary>What is normalised, row after row, position after position; in training, then the normalised values.</summary>
    public float* Values { get; }

    private float* Scale => parameters[0].Data;

    private float* Shift => parameters[1].Data;

    /// <summary>Sums up some rows of <see cref="Values"/>.</summary>
    public void Collect(int from, int rows)
    {
        for (int r = from; r < from + rows; r++)
            Sum(At(Values, r), At(Values, r), sums.AsSpan(2 * r * width, 2 * width));
    }

    /// <summary>Mean and variance of all rows, once all are summed up.</summary>
    public void Complete(int rows)
    {
        Span<double> total = Total(rows);
        double count = (double)rows * positions;
        for (int c = 0; c < width; c++)
        {
            double average = total[c] / count, variance = Math.Max(0, (total[width + c] / count) - (average * average));
            mean[c] = (float)average;
            inverse[c] = (float)(1 / Math.Sqrt(variance + Epsilon));
            if (c >= channels)
                continue;
            runningMean[c] += Memory * (average - runningMean[c]);
            runningVariance[c] += Memory * ((variance * (count / Math.Max(1, count - 1))) - runningVariance[c]);
        }
    }

    /// <summary>Sets mean and variance to the running ones, as the network that is made has them.</summary>
    public void TakeRunning()
    {
        for (int c = 0; c < channels; c++)
            (mean[c], inverse[c]) = ((float)runningMean[c], (float)(1 / Math.Sqrt((float)runningVariance[c] + Epsilon)));
    }

    /// <summary>Normalises some rows.</summary>
    /// <param name="from">The first of them.</param>
    /// <param name="rows">How many.</param>
    /// <param name="results">Gets <c>scale x + shift</c> for the first of these rows and the ones that follow.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(int from, int rows, float* results)
    {
        float* row = At(Values, from);
        for (int p = 0; p < rows * positions; p++, row += width, results += width)
        {
            for (int c = 0; c < width; c += Vector512<float>.Count)
            {
                Vector512<float> x = (Vector512.Load(row + c) - Vector512.Load(mean + c)) * Vector512.Load(inverse + c);
                x.Store(row + c);
                ((Vector512.Load(Scale + c) * x) + Vector512.Load(Shift + c)).Store(results + c);
            }
        }
    }

    /// <summary>Sums up the gradients by the results of some rows.</summary>
    public void CollectSlopes(int from, int rows, float* slopes)
    {
        for (int r = from; r < from + rows; r++, slopes += positions * width)
            Sum(slopes, At(Values, r), sums.AsSpan(2 * r * width, 2 * width));
    }

    /// <summary>The gradients by scales and shifts, once all rows are summed up.</summary>
    public void CompleteSlopes(int rows)
    {
        Span<double> total = Total(rows);
        for (int c = 0; c < width; c++)
            (slopeOfShift[c], slopeOfScale[c]) = ((float)total[c], (float)total[width + c]);
    }

    /// <summary>The gradient by what is normalised, in place of that by the results.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="all">Rows of the whole batch.</param>
    /// <param name="slopes">The gradients of these rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(int from, int rows, int all, float* slopes)
    {
        Vector512<float> share = Vector512.Create((float)(1.0 / ((double)all * positions)));
        float* row = At(Values, from);
        for (int p = 0; p < rows * positions; p++, row += width, slopes += width)
        {
            for (int c = 0; c < width; c += Vector512<float>.Count)
            {
                Vector512<float> mean =
                    share * (Vector512.Load(slopeOfShift + c) + (Vector512.Load(row + c) * Vector512.Load(slopeOfScale + c)));
                (Vector512.Load(Scale + c) * Vector512.Load(inverse + c) * (Vector512.Load(slopes + c) - mean)).Store(slopes + c);
            }
        }
    }

    /// <summary>Takes a step with scales and shifts.</summary>
    /// <param name="rule">The step.</param>
    /// <param name="penalty">The l1 penalty on scales (network slimming; Liu et al., 2017).</param>
    /// <remarks>
    /// A scale that the penalty has brought to exactly 0 leaves a channel of one value everywhere. Its shift is then kept from being
    /// positive, so that the channel is 0 behind the ReLU and can be removed even where the next convolution has padding.
    /// </remarks>
    public void Step(in StepRule rule, double penalty)
    {
        Apply(rule.WithPenalty(penalty), 0, slopeOfScale);
        Apply(rule.WithoutPenalty(), 1, slopeOfShift);
        for (int c = 0; penalty > 0 && c < channels; c++)
        {
            if (Scale[c] == 0)
                Shift[c] = Math.Min(Shift[c], 0);
        }
    }

    /// <summary>The normalisation as it is; null where a number is not finite.</summary>
    public AffinePart? ToPart()
    {
        double[] Stored(double[] values) => Array.ConvertAll(values, static v => (double)(float)v);
        double[][] values = [Copy(Scale), Copy(Shift), Stored(runningMean), Stored(runningVariance)];
        return Array.TrueForAll(values, static v => Array.TrueForAll(v, double.IsFinite))
            ? AffinePart.BatchNormalization(values[0], values[1], values[2], values[3], Epsilon, WeightPrecision.Float32)
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedMatrix<float> matrix in (PackedMatrix<float>[])[.. parameters, .. first, .. second ?? []])
            matrix.Dispose();
        foreach (nint memory in (ReadOnlySpan<nint>)[(nint)mean, (nint)inverse, (nint)slopeOfShift, (nint)slopeOfScale, (nint)Values])
            TrainingMemory.Free((float*)memory);
    }

    private void Apply(in StepRule rule, int number, float* gradient)
    {
        int panel = PackedMatrix<float>.PanelWidth;
        for (int at = 0; at < width; at += panel)
            rule.Apply(
                parameters[number].Data + at, first[number].Data + at, second is null ? null : second[number].Data + at, gradient + at,
                width, 1);
    }

    private double[] Copy(float* values) => [.. new ReadOnlySpan<float>(values, channels).ToArray().Select(static v => (double)v)];

    private float* At(float* values, int row) => values + ((nint)row * positions * width);

    /// <summary>The sums over all rows, in their order, in the place of the first row's.</summary>
    private Span<double> Total(int rows)
    {
        Span<double> total = sums.AsSpan(0, 2 * width);
        for (int r = 1; r < rows; r++)
        {
            ReadOnlySpan<double> row = sums.AsSpan(2 * r * width, 2 * width);
            for (int i = 0; i < row.Length; i++)
                total[i] += row[i];
        }

        return total;
    }

    /// <summary>Over the positions of a row, the sum of one tensor, and of its product with another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(float* a, float* b, Span<double> results)
    {
        for (int c = 0; c < width; c += Vector512<float>.Count)
        {
            Vector512<double> low = default, high = default, lowProduct = default, highProduct = default;
            for (nint p = 0, at = c; p < positions; p++, at += width)
            {
                Vector512<float> x = Vector512.Load(a + at), y = Vector512.Load(b + at);
                (Vector512<double> l, Vector512<double> h) = Vector512.Widen(x);
                (Vector512<double> ly, Vector512<double> hy) = Vector512.Widen(y);
                low += l;
                high += h;
                lowProduct += l * ly;
                highProduct += h * hy;
            }

            low.CopyTo(results[c..]);
            high.CopyTo(results[(c + Vector512<double>.Count)..]);
            lowProduct.CopyTo(results[(width + c)..]);
            highProduct.CopyTo(results[(width + c + Vector512<double>.Count)..]);
        }
    }
}
