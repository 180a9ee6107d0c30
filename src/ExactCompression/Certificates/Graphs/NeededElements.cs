using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>Finds the elements that outputs depend on: not those whose rectifiers are off, or that are read with weights of 0.</summary>
internal static class NeededElements
{
    /// <summary>For each value whether each of its elements is needed.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="bounds">What is proven of its elements.</param>
    /// <param name="budget">What the work is counted in.</param>
    public static bool[][] Of(CheckedGraph graph, CheckedBounds bounds, CheckBudget budget)
    {
        bool[][] needed = [.. graph.Values.Select(static v => new bool[v.Size])];
        foreach (int output in graph.Outputs)
            Array.Fill(needed[output], true);
        var row = new MapRow();
        for (int v = needed.Length - 1; v > 0; v--)
        {
            CheckedValue value = graph.Values[v];
            for (int i = 0; i < value.Size; i++)
            {
                if (!needed[v][i])
                    continue;
                switch (value)
                {
                    case RectifiedValue rectified when !(bounds.Upper[rectified.Source][i] <= 0):
                        needed[rectified.Source][i] = true;
                        break;
                    case OpaqueValue opaque:
                        foreach (int source in opaque.Sources)
                            Array.Fill(needed[source], true);
                        break;
                    case AffineValue affine:
                        foreach (CheckedTerm term in affine.Terms)
                        {
                            row.Read(term.Map, i, budget);
                            foreach (int column in row.Columns)
                                needed[term.Source][column] = true;
                        }

                        break;
                }
            }
        }

        return needed;
    }
}
