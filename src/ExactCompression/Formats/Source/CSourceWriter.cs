using System.Globalization;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>
/// Writes a lowered graph as one C99 function over static arrays. Values between layers are in automatic arrays, so that several threads
/// can call the function at once; for systems with little stack, a macro makes them static.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="graph">The graph.</param>
/// <param name="scores">The values that are its outputs.</param>
/// <param name="name">The function's name, a valid identifier.</param>
/// <param name="precision">What it computes in.</param>
internal sealed class CSourceWriter(
    TextWriter writer, LoweredGraph graph, IReadOnlyList<int> scores, string name, WeightPrecision precision)
{
    private readonly CBuffers buffers = new(graph, scores);
    private readonly CArrays arrays = new(writer, name, precision);

    /// <summary>The type of the numbers.</summary>
    private string Real => arrays.Real;

    /// <summary>Elements of the buffers between layers.</summary>
    public long BufferElements => buffers.Sizes.Sum(static size => (long)size);

    /// <summary>Declarations of the functions, so that no compiler asks for them.</summary>
    /// <param name="inputCheck">Whether there is the one that checks an input.</param>
    public void WritePrototypes(bool inputCheck)
    {
        writer.WriteLine($"void {name}(const {Real} *input, {Real} *output);");
        if (inputCheck)
            writer.WriteLine($"int {name}_in_domain(const {Real} *input);");
        writer.WriteLine();
    }

    /// <summary>The function that says whether an input lies in a domain.</summary>
    /// <param name="domain">The domain, of the network's size.</param>
    public void WriteInputCheck(InputDomain domain)
    {
        (double[] lower, double[] upper) = CDomain.Ends(domain, precision);
        bool isUniform = lower.AsSpan().IndexOfAnyExcept(lower[0]) < 0 && upper.AsSpan().IndexOfAnyExcept(upper[0]) < 0;
        if (!isUniform)
        {
            arrays.Write("lower", lower);
            arrays.Write("upper", upper);
        }

        string low = isUniform ? arrays.Literal(lower[0]) : $"{name}_lower[i]";
        string high = isUniform ? arrays.Literal(upper[0]) : $"{name}_upper[i]";
        writer.WriteLine($$"""
            int {{name}}_in_domain(const {{Real}} *input)
            {
                for (int i = 0; i < {{lower.Length}}; i++) {
                    if (!(input[i] >= {{low}} && input[i] <= {{high}}))
                        return 0; /* so for no number, too */
                }
                return 1;
            }

            """.ReplaceLineEndings("\n"));
    }

    /// <summary>The arrays and the function itself.</summary>
    public void WriteFunction()
    {
        var layers = new List<CLayer>();
        foreach (int value in buffers.Order)
        {
            var layer = new CLayer(graph, value, name, arrays);
            layer.WriteArrays();
            layers.Add(layer);
        }

        string storage = $"{name}_STORAGE";
        if (buffers.Sizes.Count > 0)
            writer.WriteLine($"#ifndef {storage}\n#define {storage} /* -D{storage}=static keeps the buffers off the stack */\n#endif\n");
        writer.WriteLine($"void {name}(const {Real} *input, {Real} *output)\n{{");
        for (int k = 0; k < buffers.Sizes.Count; k++)
            writer.WriteLine(Invariant($"    {storage} {Real} a{k}[{buffers.Sizes[k]}];"));
        if (!layers.Any(static layer => layer.ReadsInput) && !scores.Contains(0))
            writer.WriteLine("    (void)input; /* no weight of the first layer is other than 0 */");
        foreach (CLayer layer in layers)
            layer.WriteBody(writer, buffers);
        WriteCopies();
        writer.WriteLine("}");
    }

    /// <summary>Outputs that are no layer's own: the input, and values that are given twice.</summary>
    private void WriteCopies()
    {
        for (int k = 0, at = 0; k < scores.Count; at += graph.ShapeOf(scores[k++]).Count)
        {
            if (buffers.IsOutput(scores[k]))
                continue;
            writer.WriteLine(Invariant($"    for (int i = 0; i < {graph.ShapeOf(scores[k]).Count}; i++)"));
            writer.WriteLine(Invariant($"        output[{at} + i] = {buffers.NameOf(scores[k])}[i];"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
