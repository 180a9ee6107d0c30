namespace ExactCompression.Certificates.Checking;

/// <summary>Says what the elements of a value are that is not analysed.</summary>
internal static class OpaqueStep
{
    /// <summary>
    /// The same as another's if that does the same with the same operands; else what their ranges say.
    /// </summary>
    /// <param name="simulation">What is known of the values before.</param>
    /// <param name="value">The value.</param>
    /// <param name="opaque">What it does.</param>
    /// <param name="relation">What is suggested.</param>
    /// <param name="made">Receives the forms.</param>
    /// <exception cref="Refusal">The two are not the same.</exception>
    public static void Take(GraphSimulation simulation, int value, OpaqueValue opaque, ValueRelation relation, ValueForms made)
    {
        PairElements elements = simulation.Elements;
        string place = $"relation, value {value} ({opaque.Name})";
        if (relation.Targets.Length == 0)
        {
            for (int i = 0; i < made.Size; i++)
                made.Set(i, 0, double.PositiveInfinity); // the range of what is not analysed is not known either
            return;
        }

        int of = elements.ValueOf(relation.Targets[0]), first = relation.Targets[0];
        bool isWhole = relation.Targets.Length == opaque.Size && of < elements.Compressed.Values.Count && first == elements.First(of);
        for (int i = 0; isWhole && i < opaque.Size; i++)
            isWhole = relation.Targets[i] == first + i && (relation.Factors.Length == 0 || relation.Factors[i] == 1);
        if (!isWhole || elements.Compressed.Values[of] is not OpaqueValue other || other.Size != opaque.Size
            || other.Meaning != opaque.Meaning || other.Sources.Count != opaque.Sources.Count)
            throw new Refusal(place, "The compressed network has no node that does the same there.");
        for (int k = 0; k < opaque.Sources.Count; k++)
        {
            ValueForms operand = simulation.Of(opaque.Sources[k]);
            int start = elements.First(other.Sources[k]);
            if (operand.Size != elements.Compressed.Values[other.Sources[k]].Size)
                throw new Refusal(place, "What it takes is not of the same size.");
            for (int i = 0; i < operand.Size; i++)
            {
                if (operand.Single(i) != (start + i, 1) || operand.ConstantOf(i) != 0 || operand.ErrorOf(i) != 0)
                    throw new Refusal(place, $"Element {i} of what it takes is not exactly the compressed network's.");
            }
        }

        for (int i = 0; i < made.Size; i++)
            made.Set(i, first + i, 1, 0, 0);
    }
}
