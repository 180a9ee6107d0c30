using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Stability;

/// <summary>
/// A network in float32 on the CPU. Points are split into chunks that go through all layers while they are in cache; chunks run on all cores, and what they
/// find is put together in their order, so results do not depend on the number of threads.
/// </summary>
internal sealed class SimdWitnessSession : IWitnessSession
{
    /// <summary>Points that one thread takes through the network at a time.</summary>
    private const int Chunk = 32;

    private readonly int inputs;
    private readonly int[] widths;
    private readonly int[] offsets;
    private readonly float[] lower;
    private readonly float[] upper;
    private readonly float[] range;
    private readonly float[][] weights;
    private readonly float[][] biases;
    private readonly PackedMatrix<float>[] forward;
    private readonly PackedMatrix<float>[] backward;
    private readonly float[][] preActivations;
    private readonly float[] points;
    private readonly float[] momenta;
    private readonly NeuronExtremes[][] chunkExtremes;
    private readonly ParallelOptions parallel;
    private readonly ThreadLocal<float[][]> scratch;
    private int count;

    public SimdWitnessSession(ReluNetwork network, InputDomain domain, int threads)
    {
        inputs = network.InputSize;
        int depth = network.Depth;
        widths = new int[depth];
        offsets = new int[depth + 1];
        weights = new float[depth][];
        biases = new float[depth][];
        forward = new PackedMatrix<float>[depth];
        backward = new PackedMatrix<float>[depth];
        preActivations = new float[depth][];
        int widest = inputs;
        for (int l = 0; l < depth; l++)
        {
            AffineLayer layer = network.Layers[l];
            widths[l] = layer.Outputs;
            offsets[l + 1] = offsets[l] + layer.Outputs;
            widest = Math.Max(widest, layer.Outputs);
        }

        MaxPoints = Math.Clamp(8_000_000 / (inputs + offsets[depth] + 1) / Chunk * Chunk, 8 * Chunk, 2048);
        for (int l = 0; l < depth; l++)
        {
            AffineLayer layer = network.Layers[l];
            weights[l] = ToSingle(layer.Weights.Span);
            biases[l] = ToSingle(layer.Bias.Span);
            forward[l] = PackedMatrix<float>.FromTransposed(weights[l], layer.Outputs, layer.Inputs);
            backward[l] = PackedMatrix<float>.FromRows(weights[l], layer.Outputs, layer.Inputs);
            preActivations[l] = new float[MaxPoints * layer.Outputs];
        }

        lower = ToSingle(domain.Lower.Span);
        upper = ToSingle(domain.Upper.Span);
        range = new float[inputs];
        for (int i = 0; i < inputs; i++)
            range[i] = upper[i] - lower[i];
        points = new float[MaxPoints * inputs];
        momenta = new float[MaxPoints * inputs];
        chunkExtremes = new NeuronExtremes[MaxPoints / Chunk][];
        for (int c = 0; c < chunkExtremes.Length; c++)
            chunkExtremes[c] = new NeuronExtremes[offsets[depth]];
        parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        scratch = new(() => [new float[Chunk * widest], new float[Chunk * widest]]);
    }

    public int MaxPoints { get; }

    public void Load(ReadOnlySpan<float> points, int count)
    {
        if (count < 1 || count > MaxPoints || points.Length < (long)count * inputs)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"A batch has 1 to {MaxPoints} points of {inputs} values.");
        this.count = count;
        for (int p = 0; p < count; p++)
        {
            Span<float> point = this.points.AsSpan(p * inputs, inputs);
            Elementwise.Clip(points.Slice(p * inputs, inputs), lower, upper, point);
        }

        momenta.AsSpan(0, count * inputs).Clear();
    }

    public void Forward(int depth, Span<NeuronExtremes> extremes)
    {
        int chunks = (count + Chunk - 1) / Chunk;
        Parallel.For(0, chunks, parallel, chunk => ForwardChunk(chunk, depth));
        extremes = extremes[..offsets[depth]];
        chunkExtremes[0].AsSpan(0, extremes.Length).CopyTo(extremes);
        for (int chunk = 1; chunk < chunks; chunk++)
        {
            ReadOnlySpan<NeuronExtremes> found = chunkExtremes[chunk];
            for (int n = 0; n < extremes.Length; n++)
            {
                NeuronExtremes a = extremes[n], b = found[n];
                bool less = b.Minimum < a.Minimum, more = b.Maximum > a.Maximum;
                if (less || more)
                    extremes[n] = new(less ? b.Minimum : a.Minimum, more ? b.Maximum : a.Maximum, less ? b.MinimumPoint : a.MinimumPoint, more ? b.MaximumPoint : a.MaximumPoint);
            }
        }
    }

    public void ReadPreActivations(int layer, ReadOnlySpan<int> neurons, Span<float> values)
    {
        int width = widths[layer - 1];
        ReadOnlySpan<float> z = preActivations[layer - 1];
        for (int p = 0; p < count; p++)
        {
            ReadOnlySpan<float> row = z.Slice(p * width, width);
            Span<float> into = values.Slice(p * neurons.Length, neurons.Length);
            for (int i = 0; i < into.Length; i++)
                into[i] = row[neurons[i]];
        }
    }

    public void Ascend(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs, float step, float momentum)
    {
        int[] aims = targets[..count].ToArray();
        float[] directions = signs[..count].ToArray();
        Parallel.For(0, (count + Chunk - 1) / Chunk, parallel, chunk => AscendChunk(chunk, layer, aims, directions, step, momentum));
    }

    public void ReadPoint(int index, Span<float> point) => points.AsSpan(index * inputs, inputs).CopyTo(point);

    public void Dispose()
    {
        foreach (PackedMatrix<float> matrix in forward.Concat(backward))
            matrix.Dispose();
        scratch.Dispose();
    }

    private static float[] ToSingle(ReadOnlySpan<double> values)
    {
        var single = new float[values.Length];
        for (int i = 0; i < single.Length; i++)
            single[i] = (float)values[i];
        return single;
    }

    private void ForwardChunk(int chunk, int depth)
    {
        int first = chunk * Chunk, rows = Math.Min(Chunk, count - first);
        float[] activations = scratch.Value![0];
        ReadOnlySpan<float> input = points.AsSpan(first * inputs, rows * inputs);
        for (int l = 0; l < depth; l++)
        {
            int width = widths[l];
            Span<float> z = preActivations[l].AsSpan(first * width, rows * width);
            MatrixProduct.Multiply(input, rows, forward[l], biases[l], z);
            Reduce(z, rows, width, first, chunkExtremes[chunk].AsSpan(offsets[l], width));
            if (l + 1 < depth)
            {
                Span<float> a = activations.AsSpan(0, rows * width);
                Elementwise.Rectify(z, a);
                input = a;
            }
        }
    }

    /// <summary>Extremes of each column over the rows of a chunk, with the first row that reaches them; NaN is passed over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reduce(ReadOnlySpan<float> z, int rows, int width, int first, Span<NeuronExtremes> extremes)
    {
        int n = 0;
        for (; n + Vector256<float>.Count <= width; n += Vector256<float>.Count)
        {
            var min = Vector256.Create(float.PositiveInfinity);
            var max = Vector256.Create(float.NegativeInfinity);
            var minAt = Vector256.Create(-1);
            Vector256<int> maxAt = minAt;
            for (int r = 0; r < rows; r++)
            {
                var value = Vector256.Create(z.Slice((r * width) + n, Vector256<float>.Count));
                var at = Vector256.Create(first + r);
                Vector256<float> less = Vector256.LessThan(value, min), more = Vector256.GreaterThan(value, max);
                min = Vector256.ConditionalSelect(less, value, min);
                minAt = Vector256.ConditionalSelect(less.AsInt32(), at, minAt);
                max = Vector256.ConditionalSelect(more, value, max);
                maxAt = Vector256.ConditionalSelect(more.AsInt32(), at, maxAt);
            }

            for (int i = 0; i < Vector256<float>.Count; i++)
                extremes[n + i] = new(min[i], max[i], minAt[i], maxAt[i]);
        }

        for (; n < width; n++)
        {
            float min = float.PositiveInfinity, max = float.NegativeInfinity;
            int minAt = -1, maxAt = -1;
            for (int r = 0; r < rows; r++)
            {
                float value = z[(r * width) + n];
                if (value < min)
                    (min, minAt) = (value, first + r);
                if (value > max)
                    (max, maxAt) = (value, first + r);
            }

            extremes[n] = new(min, max, minAt, maxAt);
        }
    }

    private void AscendChunk(int chunk, int layer, int[] targets, float[] signs, float step, float momentum)
    {
        int first = chunk * Chunk, rows = Math.Min(Chunk, count - first);
        float[] gradient = scratch.Value![0], next = scratch.Value![1];
        int below = layer == 1 ? inputs : widths[layer - 2];
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> row = weights[layer - 1].AsSpan(targets[first + r] * below, below);
            Elementwise.Scale(row, signs[first + r], gradient.AsSpan(r * below, below));
        }

        for (int l = layer - 2; l >= 0; l--)
        {
            int width = widths[l], to = l == 0 ? inputs : widths[l - 1];
            MaskDead(gradient.AsSpan(0, rows * width), preActivations[l].AsSpan(first * width, rows * width));
            MatrixProduct.Multiply<float>(gradient.AsSpan(0, rows * width), rows, backward[l], [], next.AsSpan(0, rows * to));
            (gradient, next) = (next, gradient);
        }

        for (int r = 0; r < rows; r++)
            MovePoint((first + r) * inputs, gradient.AsSpan(r * inputs, inputs), step, momentum);
    }

    /// <summary>Zeroes the gradient where the rectifier is off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MaskDead(Span<float> gradient, ReadOnlySpan<float> preActivation)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= gradient.Length; i += Vector256<float>.Count)
        {
            var on = Vector256.GreaterThan(Vector256.Create(preActivation.Slice(i, Vector256<float>.Count)), Vector256<float>.Zero);
            (Vector256.Create<float>(gradient.Slice(i, Vector256<float>.Count)) & on).CopyTo(gradient[i..]);
        }

        for (; i < gradient.Length; i++)
        {
            if (!(preActivation[i] > 0))
                gradient[i] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MovePoint(int at, ReadOnlySpan<float> gradient, float step, float momentum)
    {
        Span<float> point = points.AsSpan(at, inputs), velocity = momenta.AsSpan(at, inputs);
        float mean = Elementwise.SumOfMagnitudes(gradient) / inputs;
        float scale = mean > 0 && float.IsFinite(mean) && float.IsFinite(1 / mean) ? 1 / mean : 0;
        int i = 0;
        for (; i + Vector256<float>.Count <= inputs; i += Vector256<float>.Count)
        {
            Vector256<float> v = (Vector256.Create<float>(velocity.Slice(i, Vector256<float>.Count)) * momentum) + (Vector256.Create(gradient.Slice(i, Vector256<float>.Count)) * scale);
            v.CopyTo(velocity[i..]);
            Vector256<float> stride = Vector256.Create<float>(range.AsSpan(i, Vector256<float>.Count)) * step;
            Vector256<float> move = (stride & Vector256.GreaterThan(v, Vector256<float>.Zero)) - (stride & Vector256.LessThan(v, Vector256<float>.Zero));
            Vector256<float> x = Vector256.Create<float>(point.Slice(i, Vector256<float>.Count)) + move;
            x = Vector256.Min(Vector256.Max(x, Vector256.Create<float>(lower.AsSpan(i, Vector256<float>.Count))), Vector256.Create<float>(upper.AsSpan(i, Vector256<float>.Count)));
            x.CopyTo(point[i..]);
        }

        for (; i < inputs; i++)
        {
            float v = (momentum * velocity[i]) + (scale * gradient[i]);
            velocity[i] = v;
            float x = v > 0 ? point[i] + (step * range[i]) : v < 0 ? point[i] - (step * range[i]) : point[i];
            point[i] = Math.Min(Math.Max(x, lower[i]), upper[i]);
        }
    }
}
