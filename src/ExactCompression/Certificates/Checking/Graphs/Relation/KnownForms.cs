namespace ExactCompression.Certificates.Checking;

/// <summary>What the elements of the original's values are in terms of the compressed network, as far as they are followed.</summary>
/// <param name="elements">The elements of both networks.</param>
internal sealed class KnownForms(PairElements elements)
{
    private readonly ValueForms?[] forms = new ValueForms?[elements.Original.Values.Count];
    private readonly ValueForms?[] below = new ValueForms?[elements.Original.Values.Count]; // of what kept elements rectify
    private readonly string?[] kinds = new string?[elements.Original.Values.Count];

    /// <summary>The elements of both networks.</summary>
    public PairElements Elements => elements;

    /// <summary>What the elements of a value are.</summary>
    /// <param name="value">A value that was kept and that is still to be read.</param>
    public ValueForms Of(int value) => forms[value]!;

    /// <summary>Says how the elements of a value are about to be derived, so that they may be targets of one another.</summary>
    /// <param name="value">The value.</param>
    /// <param name="letters">A letter per element.</param>
    public void Begin(int value, string letters) => kinds[value] = letters;

    /// <summary>Keeps what the elements of a value are.</summary>
    /// <param name="value">The value.</param>
    /// <param name="letters">A letter per element: how they were derived.</param>
    /// <param name="made">What they are.</param>
    public void Keep(int value, string letters, ValueForms made)
    {
        (forms[value], kinds[value]) = (made, letters);
        if (elements.Original.Values[value] is RectifiedValue rectified && letters.Contains('k', StringComparison.Ordinal))
            below[value] = forms[rectified.Source];
    }

    /// <summary>Whether kept elements rectify what has these forms, which are then never forgotten.</summary>
    /// <param name="made">The forms.</param>
    public bool IsBelowKept(ValueForms made) => Array.IndexOf(below, made) >= 0;

    /// <summary>Forgets a value that nothing reads any more.</summary>
    /// <param name="value">The value.</param>
    public void Release(int value) => forms[value] = null;

    /// <summary>What the pre-activation of a kept element is.</summary>
    /// <param name="element">An element of the original.</param>
    /// <param name="value">The value that asks, whose own elements are just being derived.</param>
    /// <exception cref="Refusal">The element is not kept, or comes later.</exception>
    public (ValueForms Forms, int Index) BelowKept(int element, int value)
    {
        int of = elements.ValueOf(element) - elements.Compressed.Values.Count, index = element - elements.FirstOwn(of);
        if (of > value || elements.Original.Values[of] is not RectifiedValue rectified || kinds[of] is not { } letters
            || letters[index] != 'k')
            throw new Refusal($"relation, value {value}, targets", $"Element {element} is none that was kept.");
        return (of == value ? forms[rectified.Source]! : below[of]!, index);
    }
}
