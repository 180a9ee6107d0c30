namespace ExactCompression.Certificates.Checking;

/// <summary>The content of a certificate of graphs, version 2 of the format, as read and not yet verified.</summary>
internal sealed record GraphCertificate
{
    /// <summary>What is claimed of the network before compression.</summary>
    public required GraphClaims Original { get; init; }

    /// <summary>What is claimed of the network after it.</summary>
    public required GraphClaims Compressed { get; init; }

    /// <summary>The hash of the domain.</summary>
    public required string DomainHash { get; init; }

    /// <summary>Lower ends of the domain.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Upper ends of the domain.</summary>
    public required double[] Upper { get; init; }

    /// <summary>The claimed bound on the largest difference of any output over the domain.</summary>
    public required double Deviation { get; init; }

    /// <summary>Inputs at which unstable neurons of the original show their signs.</summary>
    public required double[][] Points { get; init; }

    /// <summary>How the elements of the original follow from those of the compressed network.</summary>
    public required GraphRelation Relation { get; init; }
}

/// <summary>What a certificate states about one network.</summary>
/// <param name="Hash">The hash of the graph: which network it is.</param>
/// <param name="ValueHashes">The hash of each of its values, so that a message can say which of them is another.</param>
/// <param name="Rectifiers">Claims about each of <see cref="CheckedGraph.Rectifiers"/>. Slopes are of the rectifiers of the
/// <see cref="OpenField"/>, as are splits of trees.</param>
internal sealed record GraphClaims(string Hash, string[] ValueHashes, LayerClaims[] Rectifiers)
{
    /// <summary>Whether the network is a chain of dense layers: the claims are then as in version 1, and checked as there.</summary>
    public bool IsChain { get; init; }
}
