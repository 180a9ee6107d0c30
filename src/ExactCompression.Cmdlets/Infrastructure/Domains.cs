namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Which domain a cmdlet works over.</summary>
internal static class Domains
{
    /// <summary>Whether two boxes are the same, whatever their names.</summary>
    /// <param name="domain">A domain, perhaps one that fits any size.</param>
    /// <param name="bound">A domain of a network's own size.</param>
    public static bool AreEqual(InputDomain domain, InputDomain bound) =>
        (domain.Size is null || domain.Size == bound.Size)
        && domain.For(bound.Lower.Length) is { } box
        && box.Lower.Span.SequenceEqual(bound.Lower.Span)
        && box.Upper.Span.SequenceEqual(bound.Upper.Span);

    /// <summary>The box between ends, each given once for all inputs or once for each.</summary>
    /// <param name="lower">Lower ends.</param>
    /// <param name="upper">Upper ends.</param>
    /// <param name="size">Number of inputs, or null for as many as there are ends; two single ends then fit any number.</param>
    /// <exception cref="InvalidInputException">The numbers of ends differ, or do not make a box.</exception>
    public static InputDomain Between(double[] lower, double[] upper, int? size)
    {
        if (lower.Length == 1 && upper.Length == 1)
        {
            var any = InputDomain.Uniform(lower[0], upper[0]);
            return size is { } inputs ? any.For(inputs) : any;
        }

        int length = size ?? Math.Max(lower.Length, upper.Length);
        if (lower.Length == 1)
            lower = [.. Enumerable.Repeat(lower[0], length)];
        if (upper.Length == 1)
            upper = [.. Enumerable.Repeat(upper[0], length)];
        var box = new InputDomain(lower, upper);
        return box.Size == length
            ? box
            : throw new InvalidInputException(
                "DomainSizeMismatch", $"There are ends for {box.Size} inputs, but -Size is {length}.",
                "Leave -Size out, or give as many ends.");
    }

    /// <summary>The table to resume from: a new one for a network, the given one over its own domain.</summary>
    /// <param name="input">A <see cref="ReluNetwork"/> or a <see cref="StabilityTable"/>.</param>
    /// <param name="domain">The requested domain, or null.</param>
    /// <exception cref="InvalidInputException">The domain does not fit the network, or the table holds over another one.</exception>
    public static StabilityTable TableOf(object input, InputDomain? domain)
    {
        if (input is not StabilityTable table)
            return StabilityTable.Undecided((ReluNetwork)input, domain);
        if (domain is not null && !AreEqual(domain, table.Domain))
            throw new InvalidInputException(
                "DomainMismatch",
                $"The table holds over {table.Domain}, not over {domain}: verdicts over one domain say nothing about another.",
                "Start again from the network with this -Domain, or leave -Domain out.");
        return table;
    }
}
