namespace ExactCompression.Certificates.Checking;

/// <summary>What a certificate is about, and so the version of its format. The first is what a file that is none is taken for.</summary>
internal enum CertificateForm
{
    /// <summary>A compression of chains of dense layers, version 1.</summary>
    Layers,

    /// <summary>A compression of graphs, version 2.</summary>
    Graphs,

    /// <summary>Two networks that need have nothing to do with each other, version 3.</summary>
    Pair,
}
