namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Checks how the compressed network relates to the original, layer by layer, and bounds the difference of their outputs.
/// </summary>
internal static class RelationCheck
{
    /// <summary>A bound of the largest difference of any output over the domain.</summary>
    /// <param name="relation">The certificate's relation.</param>
    /// <param name="original">The original.</param>
    /// <param name="proven">What is proven about its hidden layers.</param>
    /// <param name="compressed">The compressed network.</param>
    /// <param name="known">What is proven about the compressed network's hidden layers.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">A check failed.</exception>
    public static double Deviation(
        Relation relation, ReluNetwork original, IReadOnlyList<BoundedLayer> proven, ReluNetwork compressed,
        IReadOnlyList<BoundedLayer> known, InputBox domain, CheckBudget budget)
    {
        if (relation.Start < 0 || relation.Start > original.Depth || relation.Layers.Length != original.Depth - relation.Start)
            throw new Refusal("relation, start", "There is not a relation for each hidden layer behind the start.");
        int counterparts = relation.Layers.Count(static l => l.HasCounterpart);
        Simulation simulation = Start(relation.Start, original, proven, compressed.Depth - counterparts, known, domain);
        for (int l = relation.Start; l < original.Depth; l++)
        {
            LayerRelation step = relation.Layers[l - relation.Start];
            bool[] needed = l + 1 == original.Depth
                ? Array.ConvertAll(new bool[original.OutputSize], static _ => true)
                : Needed(relation.Layers[l + 1 - relation.Start], original.WidthOf(l + 2));
            bool has = step.HasCounterpart;
            simulation = SimulationStep.Take(
                simulation, step, proven[l], original.DenseLayers[l + 1], needed, has ? compressed.DenseLayers[simulation.Number] : null,
                has ? known[simulation.Number] : null, $"relation, layer {l + 1}", budget);
        }

        return End(simulation, original, compressed);
    }

    /// <summary>
    /// The relation at the start; <paramref name="number"/> layers of the compressed network have no counterpart in what follows.
    /// </summary>
    internal static Simulation Start(
        int start, ReluNetwork original, IReadOnlyList<BoundedLayer> proven, int number, IReadOnlyList<BoundedLayer> known, InputBox domain)
    {
        if (number < 0 || (start == 0 && number > 0))
            throw new Refusal(
                "relation, layers", "They do not pair the hidden layers of the compressed network with those of the original.");
        if (original.InputSize != domain.Size || (known.Count > 0 ? known[0].Map.Inputs : domain.Size) != domain.Size)
            throw new Refusal("relation", "The networks do not have the same inputs.");
        if (start == 0)
            return Simulation.OfInput(original.DenseLayers[0], domain);
        int live = Array.FindIndex(proven[start - 1].Upper, static u => !(u <= 0));
        if (live >= 0)
            throw new Refusal($"relation, start, layer {start}, neuron {live}", "Nothing shows that it is never above 0.");
        InputBox box = number == 0 ? domain : InputBox.OfRectified(known[number - 1].Lower, known[number - 1].Upper);
        CheckBudget.RequireNumbers("relation, start", (long)original.Layers[start].Outputs * box.Size);
        return Simulation.OfZeros(original.DenseLayers[start], number, box);
    }

    /// <summary>Which rows of the next layer must be known: not those that are off, nor those for which the range suffices.</summary>
    internal static bool[] Needed(LayerRelation next, int width) =>
        next.Kinds.Length == width
            ? [.. next.Kinds.Select(static k => k is not ('o' or 'c'))]
            : throw new Refusal("relation, kinds", $"There are {next.Kinds.Length} for a layer of {width} neurons.");

    /// <summary>The largest distance of the outputs.</summary>
    internal static double End(Simulation simulation, ReluNetwork original, ReluNetwork compressed)
    {
        AffineLayer output = compressed.DenseLayers[^1];
        if (simulation.Number != compressed.Depth || output.Outputs != original.OutputSize || output.Inputs != simulation.Box.Size
            || output.Activation != original.Layers[^1].Activation)
            throw new Refusal("relation, output", "The output layers do not match.");
        double largest = 0;
        for (int i = 0; i < output.Outputs; i++)
            largest = Math.Max(largest, simulation.Distance(i, 1, output, i)); // NaN stays NaN
        return largest;
    }
}
