namespace ExactCompression.Branching.InputSplitting;

/// <summary>Bounds subdomains of the input box, one after another, on one thread.</summary>
internal interface ISubdomainBounds
{
    /// <summary>Bounds a subdomain, and chooses the children where targets stay open.</summary>
    /// <param name="subdomain">The subdomain.</param>
    SubdomainResult Run(Subdomain subdomain);
}
