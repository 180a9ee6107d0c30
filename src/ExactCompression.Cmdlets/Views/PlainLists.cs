using System.Globalization;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Views;

/// <summary>
/// The numbers of rows, domains and layers as lists, and networks evaluated on such: the library has them as memory, which PowerShell
/// neither indexes nor enumerates. The types file calls this.
/// </summary>
public static class PlainLists
{
    /// <summary>The labels of rows.</summary>
    /// <param name="instance">The rows.</param>
    public static PlainList<int> Labels(PSObject instance) => new(Of<InputData>(instance).Labels);

    /// <summary>The values of rows, one row after another.</summary>
    /// <param name="instance">The rows.</param>
    public static PlainList<float> Values(PSObject instance) => new(Of<InputData>(instance).Values);

    /// <summary>One row.</summary>
    /// <param name="instance">The rows.</param>
    /// <param name="row">0-based.</param>
    /// <exception cref="PSArgumentException">There is no such row.</exception>
    public static PlainList<float> RowOfData(PSObject instance, int row)
    {
        InputData data = Of<InputData>(instance);
        return new(data.Values.Slice(RequireRow(row, data.Rows) * data.Columns, data.Columns));
    }

    /// <summary>A network's outputs at one input, in double; the library's own method takes a span, which PowerShell cannot pass.</summary>
    /// <param name="instance">The network.</param>
    /// <param name="input">The input.</param>
    /// <exception cref="PSArgumentException">It has another length than the network's inputs.</exception>
    public static double[] Evaluate(PSObject instance, double[] input)
    {
        ReluNetwork network = Of<ReluNetwork>(instance);
        return input?.Length == network.InputSize
            ? network.Evaluate(input)
            : throw new PSArgumentException(FormattableString.Invariant(
                $"'{network.Name}' takes {network.InputSize} values, not {input?.Length ?? 0}. A row of data is $data.Row(0)."));
    }

    /// <summary>The lower ends of a domain.</summary>
    /// <param name="instance">The domain.</param>
    public static PlainList<double> Lower(PSObject instance) => new(Of<InputDomain>(instance).Lower);

    /// <summary>The upper ends of a domain.</summary>
    /// <param name="instance">The domain.</param>
    public static PlainList<double> Upper(PSObject instance) => new(Of<InputDomain>(instance).Upper);

    /// <summary>The weights of a layer, one neuron's after another.</summary>
    /// <param name="instance">The layer.</param>
    public static PlainList<double> Weights(PSObject instance) => new(Of<AffineLayer>(instance).Weights);

    /// <summary>The weights of one neuron.</summary>
    /// <param name="instance">The layer.</param>
    /// <param name="neuron">0-based.</param>
    /// <exception cref="PSArgumentException">There is no such neuron.</exception>
    public static PlainList<double> RowOfLayer(PSObject instance, int neuron)
    {
        AffineLayer layer = Of<AffineLayer>(instance);
        return new(layer.Weights.Slice(RequireRow(neuron, layer.Outputs) * layer.Inputs, layer.Inputs));
    }

    /// <summary>The biases of a layer.</summary>
    /// <param name="instance">The layer.</param>
    public static PlainList<double> Bias(PSObject instance) => new(Of<AffineLayer>(instance).Bias);

    /// <summary>The radii of a layer's weights; empty where these are exact.</summary>
    /// <param name="instance">The layer.</param>
    public static PlainList<double> WeightRadius(PSObject instance) => new(Of<AffineLayer>(instance).WeightRadius);

    /// <summary>The radii of a layer's biases; empty where these are exact.</summary>
    /// <param name="instance">The layer.</param>
    public static PlainList<double> BiasRadius(PSObject instance) => new(Of<AffineLayer>(instance).BiasRadius);

    private static T Of<T>(PSObject instance) => (T)instance.BaseObject;

    private static int RequireRow(int row, int rows) => row >= 0 && row < rows
        ? row
        : throw new PSArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"There is no row {row}: rows are numbered from 0 to {rows - 1}."));
}
