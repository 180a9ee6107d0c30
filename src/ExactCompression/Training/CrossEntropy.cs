namespace ExactCompression.Training;

/// <summary>The softmax cross-entropy of one row.</summary>
internal static class CrossEntropy
{
    /// <summary>Computes it, with its gradient by the outputs.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="label">The class of the row.</param>
    /// <param name="factor">What the gradient is multiplied by: 1 / rows of the batch, for the mean.</param>
    /// <param name="gradient">Gets <c>factor (softmax - label)</c>.</param>
    /// <param name="isRight">Whether the largest output is that of the label.</param>
    /// <returns><c>log sum_k exp(output_k) - output_label</c>, in nats.</returns>
    public static double Differentiate(ReadOnlySpan<float> outputs, int label, float factor, Span<float> gradient, out bool isRight)
    {
        int largest = Largest(outputs);
        isRight = largest == label;
        // Relative to the largest output, so that nothing overflows.
        double most = outputs[largest], sum = 0;
        for (int k = 0; k < outputs.Length; k++)
        {
            double power = Math.Exp(outputs[k] - most);
            sum += power;
            gradient[k] = (float)power;
        }

        float share = (float)(factor / sum);
        for (int k = 0; k < outputs.Length; k++)
            gradient[k] *= share;
        gradient[label] -= factor;
        return Math.Log(sum) + most - outputs[label];
    }

    /// <summary>Index of the largest value; the lowest if there are several.</summary>
    public static int Largest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return best;
    }
}
