namespace ExactCompression.Formats;

/// <summary>The weight and the bias of one layer, found among the tensors of a file.</summary>
internal sealed record LayerTensors(TensorEntry Weight, TensorEntry? Bias)
{
    /// <summary>What layers are ordered by: the weight's name.</summary>
    public string Name => Weight.Name;

    public int Outputs(WeightLayout layout) => Weight.Shape[layout == WeightLayout.OutputsFirst ? 0 : 1];

    public int Inputs(WeightLayout layout) => Weight.Shape[layout == WeightLayout.OutputsFirst ? 1 : 0];

    public bool BiasFits(WeightLayout layout) => Bias is null || Bias.Shape[0] == Outputs(layout);

    /// <summary>Whether each layer's inputs are the outputs of the one before, and its biases as many as its outputs.</summary>
    public static bool Fit(IReadOnlyList<LayerTensors> layers, WeightLayout layout)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (!layers[i].BiasFits(layout) || (i > 0 && layers[i].Inputs(layout) != layers[i - 1].Outputs(layout)))
                return false;
        }

        return true;
    }
}

/// <summary>Whether a weight matrix is stored transposed.</summary>
internal enum WeightLayout
{
    /// <summary>Outputs x inputs, as PyTorch has it: <c>z = W a + b</c>.</summary>
    OutputsFirst,

    /// <summary>Inputs x outputs, as Keras and scikit-learn have it: <c>z = a W + b</c>.</summary>
    InputsFirst,
}
