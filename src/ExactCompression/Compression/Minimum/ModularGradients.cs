using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Minimum;

/// <summary>
/// Gradients by the network's input in the cell of a pattern, exact but for the prime: an entry that is not 0 here is not 0, and rows that
/// are independent here are independent.
/// </summary>
/// <param name="graph">The graph, whose layers below are exact and have no smooth functions.</param>
/// <param name="pattern">The pattern.</param>
/// <param name="isFree">Which inputs the domain leaves free; by the others there is no gradient.</param>
internal sealed class ModularGradients(LoweredGraph graph, CellPattern pattern, bool[] isFree)
{
    private readonly SparseRow row = new();

    /// <summary>The gradient of one pre-activation.</summary>
    /// <param name="value">The value whose layer it is in.</param>
    /// <param name="element">0-based element.</param>
    public ulong[] Of(int value, int element) => Of(value, [(element, 1)]);

    /// <summary>The gradient of a combination of a layer's pre-activations.</summary>
    /// <param name="value">The value whose layer they are in.</param>
    /// <param name="elements">The elements, and the residues of their factors.</param>
    public ulong[] Of(int value, IEnumerable<(int Element, ulong Factor)> elements)
    {
        var gradients = new ulong[]?[value + 1];
        foreach ((int element, ulong factor) in elements)
            Add(gradients, value, element, factor);
        for (int below = value - 1; below >= 1; below--)
        {
            if (gradients[below] is not { } gradient)
                continue;
            int number = graph.NumberOf(below);
            for (int i = 0; i < gradient.Length; i++)
            {
                if (gradient[i] != 0 && (number == 0 || pattern.IsOn(number, i)))
                    Add(gradients, below, i, gradient[i]);
            }

            gradients[below] = null;
        }

        ulong[] byInput = gradients[0] ?? new ulong[graph.Input.Count];
        for (int i = 0; i < byInput.Length; i++)
        {
            if (!isFree[i])
                byInput[i] = 0;
        }

        return byInput;
    }

    private void Add(ulong[]?[] gradients, int value, int element, ulong factor)
    {
        foreach (LinearTerm term in graph.Layers[value - 1].Terms)
        {
            ulong[] below = gradients[term.Source] ??= new ulong[graph.ShapeOf(term.Source).Count];
            term.Map.ReadRow(element, row);
            for (int k = 0; k < row.Count; k++)
            {
                if (row.Weights[k] == 0)
                    continue;
                int column = row.Columns[k];
                below[column] = PrimeField.Add(below[column], PrimeField.Multiply(factor, PrimeField.Of(row.Weights[k])));
            }
        }
    }
}
