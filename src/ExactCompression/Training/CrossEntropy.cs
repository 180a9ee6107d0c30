namespace ExactCompression.Training;

/// <summary>The softmax cross-entropy of one row.</summary>
internal static class CrossEntropy
{
    /// <summary>Puts the gradient by the outputs in their place.</summary>
    /// <param name="outputs">The outputs; then <c>factor (softmax - label)</c>.</param>
    /// <param name="label">The class of the row.</param>
    /// <param name="factor">What the gradient is multiplied by: 1 / rows of the batch, for the mean.</param>
    /// <param name="isRight">Whether the largest output is that of the label.</param>
    /// <returns>The cross-entropy: <c>log sum_k exp(output_k) - output_label</c>.</returns>
    public static double Differentiate(Span<float> outputs, int label, float factor, out bool isRight)
    {
        int largest = Largest(outputs);
        isRight = largest == label;
        double most = outputs[largest], sum = 0;
        foreach (float output in outputs)
            sum += Math.Exp(output - most);
        double loss = Math.Log(sum) + most - outputs[label];
        for (int k = 0; k < outputs.Length; k++)
            outputs[k] = (float)(factor * ((Math.Exp(outputs[k] - most) / sum) - (k == label ? 1 : 0)));
        return loss;
    }

    /// <summary>Index of the largest value; the lowest where several are.</summary>
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
