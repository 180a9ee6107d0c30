using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>A network while it is trained, in float32.</summary>
internal sealed class TrainingNetwork : IDisposable
{
    private readonly TrainingSet set;
    private readonly ClassifierOptions options;
    private readonly TrainingLayer[] layers;

    public TrainingNetwork(TrainingSet set, ClassifierOptions options, Random random)
    {
        this.set = set;
        this.options = options;
        int[] widths = [set.Data.Columns, .. options.Hidden, set.Classes];
        layers = new TrainingLayer[widths.Length - 1];
        for (int l = 0; l < layers.Length; l++)
            layers[l] = new(widths[l], widths[l + 1], random);
    }

    /// <summary>Weights that are exactly zero.</summary>
    public long ZeroWeights => layers.Sum(static l => (long)l.Weights.Count(static w => w == 0));

    /// <summary>One step on some rows.</summary>
    /// <returns>The sum of their cross-entropies before the step, and how many were classified right.</returns>
    public (double Loss, int Right) Step(ReadOnlySpan<int> rows, double rate)
    {
        float[][] values = Forward(rows);
        float[] delta = values[^1];
        (double loss, int right) = (0, 0);
        int classes = set.Classes;
        for (int i = 0; i < rows.Length; i++)
        {
            loss += CrossEntropy.Differentiate(delta.AsSpan(i * classes, classes), set.Data.Labels.Span[rows[i]], 1f / rows.Length, out bool isRight);
            right += isRight ? 1 : 0;
        }

        for (int l = layers.Length - 1; l >= 0; l--)
        {
            float[] below = [];
            if (l > 0)
            {
                below = layers[l].Backward(delta, rows.Length);
                for (int i = 0; i < below.Length; i++)
                {
                    if (!(values[l][i] > 0))
                        below[i] = 0;
                }
            }

            layers[l].Update(delta, values[l], rows.Length, options, rate);
            delta = below;
        }

        return (loss, right);
    }

    /// <summary>Share of some rows that are classified right.</summary>
    public double Accuracy(ReadOnlySpan<int> rows)
    {
        float[] outputs = Forward(rows)[^1];
        int right = 0;
        for (int i = 0; i < rows.Length; i++)
            right += CrossEntropy.Largest(outputs.AsSpan(i * set.Classes, set.Classes)) == set.Data.Labels.Span[rows[i]] ? 1 : 0;
        return (double)right / rows.Length;
    }

    /// <summary>The network as it is; null where a weight is not finite.</summary>
    public ReluNetwork? Result(string name, TrainingHistory history)
    {
        if (layers.Any(static l => l.Weights.Concat(l.Bias).Any(static w => !float.IsFinite(w))))
            return null;
        return new(layers.Select((l, i) => l.ToLayer(i == layers.Length - 1 ? Activation.Identity : Activation.Relu)), name, training: history);
    }

    public void Dispose()
    {
    }

    private float[][] Forward(ReadOnlySpan<int> rows)
    {
        var values = new float[layers.Length + 1][];
        values[0] = new float[rows.Length * set.Data.Columns];
        for (int i = 0; i < rows.Length; i++)
            set.Data.Row(rows[i]).CopyTo(values[0].AsSpan(i * set.Data.Columns));
        for (int l = 0; l < layers.Length; l++)
        {
            values[l + 1] = layers[l].Forward(values[l], rows.Length);
            if (l < layers.Length - 1)
                Elementwise.Rectify(values[l + 1], values[l + 1]);
        }

        return values;
    }
}
