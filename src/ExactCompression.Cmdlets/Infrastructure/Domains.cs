namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Which domain a cmdlet works over.</summary>
internal static class Domains
{
    /// <summary>Whether two boxes are the same, whatever they are called.</summary>
    /// <param name="domain">A domain, perhaps one that fits any size.</param>
    /// <param name="bound">A domain of a network's own size.</param>
    public static bool AreEqual(InputDomain domain, InputDomain bound) =>
        (domain.Size is null || domain.Size == bound.Size)
        && domain.For(bound.Lower.Length) is { } box
        && box.Lower.Span.SequenceEqual(bound.Lower.Span)
        && box.Upper.Span.SequenceEqual(bound.Upper.Span);

    /// <summary>The table to go on from: a new one for a network, the given one over its own domain.</summary>
    /// <param name="input">A <see cref="ReluNetwork"/> or a <see cref="StabilityTable"/>.</param>
    /// <param name="domain">The domain asked for, or null.</param>
    /// <exception cref="InvalidInputException">The domain does not fit the network, or the table holds over another one.</exception>
    public static StabilityTable TableOf(object input, InputDomain? domain)
    {
        if (input is not StabilityTable table)
            return StabilityTable.Undecided((ReluNetwork)input, domain);
        if (domain is not null && !AreEqual(domain, table.Domain))
            throw new InvalidInputException("DomainMismatch", $"The table holds over {table.Domain}, not over {domain}: verdicts of one domain say nothing of another.", "Start again from the network with this -Domain, or leave -Domain out.");
        return table;
    }
}
