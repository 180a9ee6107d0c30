namespace ExactCompression.Formats;

/// <summary>A file of a stability table, and what its reader is told besides.</summary>
/// <param name="Bytes">The file's content.</param>
/// <param name="Path">Its path.</param>
/// <param name="Network">The network that the verdicts are of, or null.</param>
/// <param name="Domain">The domain that they hold over, or null.</param>
/// <param name="Options">The options of the import.</param>
/// <param name="Budget">What the import may take.</param>
internal sealed record TableInput(
    byte[] Bytes, string Path, ReluNetwork? Network, InputDomain? Domain, ImportOptions Options, ImportBudget Budget);
